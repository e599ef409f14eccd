/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * What annotated pointers point to: allocated by one host, written by all,
 * resized and freed by another, element by element and page by page.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* exit would wait for hosts that are not coming. */
#define CHECK_END() _exit(1)
#include "check.h"
#include "millipage.h"

#define COUNT 1000
#define LARGE (1 << 18)

struct body {
    double x[9];
    int id;
};

#pragma millipage shared granularity(element)
struct body *bodies;

#pragma millipage shared granularity(element, 3)
static struct body *triples;

#pragma millipage shared
char *text;

#pragma millipage shared granularity(page)
double *large;

struct list {
    int count;
#pragma millipage shared granularity(64)
    int *items;
};
#pragma millipage shared
static struct list list;

static int me, hosts;

static void allocate(void)
{
    bodies = malloc(COUNT * sizeof *bodies);
    triples = calloc(COUNT, sizeof *triples);
    text = malloc(100);
    large = aligned_alloc(4096, LARGE * sizeof *large);
    list.items = calloc(COUNT, sizeof *list.items);
    list.count = COUNT;
    CHECK(bodies && triples && text && large && list.items);
    strcpy(text, "hello");
}

static void write_mine(void)
{
    for (int i = me; i < COUNT; i += hosts) {
        bodies[i].id = i;
        bodies[i].x[8] = 2 * i;
        triples[i].id += i + 1;
        list.items[i] = -i;
    }
    for (int i = me; i < LARGE; i += 512 * hosts)
        large[i] = i;
}

static void check_all(int elements)
{
    for (int i = 0; i < elements; i++) {
        CHECK_EQ(bodies[i].id, i);
        CHECK_EQ(bodies[i].x[8], 2 * i);
    }
}

int main(void)
{
    me = mpg_host();
    hosts = mpg_hosts();
    if (me == 0)
        allocate();
    mpg_barrier();
    write_mine();
    mpg_barrier();
    check_all(COUNT);
    for (int i = 0; i < COUNT; i++) {
        CHECK_EQ(triples[i].id, i + 1);
        CHECK_EQ(triples[i].x[3], 0);
        CHECK_EQ(list.items[i], -i);
    }
    for (int host = 0; host < hosts; host++)
        CHECK_EQ(large[host], host);
    mpg_barrier();
    /* The last host, which made none of it. */
    if (me == hosts - 1) {
        bodies = realloc(bodies, 2 * COUNT * sizeof *bodies);
        free(triples);
        triples = NULL;
        text[0] = 'J';
        for (int i = COUNT; i < 2 * COUNT; i++) {
            bodies[i].id = i;
            bodies[i].x[8] = 2 * i;
        }
    }
    mpg_barrier();
    check_all(2 * COUNT);
    CHECK(!triples);
    CHECK(!strcmp(text, "Jello"));
    mpg_barrier();
    if (me == 0) {
        /* What is given back is used again, and calloc clears it. */
        free(list.items);
        list.items = calloc(COUNT, sizeof *list.items);
        for (int i = 0; i < COUNT; i++)
            CHECK_EQ(list.items[i], 0);
        free(list.items);
        free(bodies);
        free(text);
        free(large);
        printf("all %d hosts agree\n", hosts);
    }
    return 0;
}

/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Loops that go through small minipages in order, which optimised code has
 * twice: by minipages, and by pages of the composed view.  Hosts write
 * neighbours at the same time, hand on what they wrote, and go to single
 * elements beside it, so that pages come and go under the loops.  With
 * MILLIPAGE_COMPOSE=2 all such loops go by the page from the beginning.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* exit would wait for hosts that are not coming. */
#define CHECK_END() _exit(1)
#include "check.h"
#include "millipage.h"

enum { COUNT = 4096, BODIES = 1000, BLOCK = 100, ROUNDS = 3 };

struct body { /* 24 bytes: some lie across the border of two pages */
    int part[6];
};

#pragma millipage shared granularity(64)
static long words[COUNT];

#pragma millipage shared granularity(32)
static unsigned char bytes[COUNT];

#pragma millipage shared granularity(element)
static struct body bodies[BODIES];

#pragma millipage shared granularity(32)
static int *numbers;

#pragma millipage shared
static volatile long ready;

static int me, hosts;

/* Neighbours are written by different hosts at the same time. */
static void deal(void)
{
    for (int round = 0; round < ROUNDS; round++)
        for (int i = me; i < COUNT; i += hosts)
            words[i] += i;
    for (int i = me; i < COUNT; i += hosts)
        bytes[i] = (unsigned char)(i + 1);
    mpg_barrier();
    for (int i = 0; i < COUNT; i++) {
        CHECK_EQ(words[i], (long)i * ROUNDS);
        CHECK_EQ(bytes[i], (i + 1) % 256);
    }
    mpg_barrier();
}

/* Each host in turn writes all, and all hosts read it. */
static void hand_on(void)
{
    for (int turn = 0; turn < hosts; turn++) {
        if (turn == me)
            for (int i = 0; i < COUNT; i++)
                words[i] = words[i] * 3 + turn;
        mpg_barrier();
        long sum = 0, first = words[0];
        for (int i = 0; i < COUNT; i++)
            sum += words[i] - first;
        long step = words[1] - first;
        CHECK_EQ(sum, step * COUNT * (COUNT - 1) / 2);
        mpg_barrier();
    }
}

/* Host 0 says how far it has come; what it has written so far is to be seen
 * while it goes on behind that, on the same pages. */
static void follow(void)
{
    if (me == 0) {
        for (long block = 0; block < COUNT / BLOCK; block++) {
            for (long i = 0; i < BLOCK; i++)
                words[block * BLOCK + i] = -i;
            ready = block + 1;
        }
    } else {
        for (long block = 0; block < COUNT / BLOCK; block++) {
            while (ready <= block)
                ;
            long sum = 0;
            for (long i = 0; i < BLOCK; i++)
                sum += words[block * BLOCK + i];
            CHECK_EQ(sum, -(long)BLOCK * (BLOCK - 1) / 2);
        }
    }
    mpg_barrier();
    if (me == 0)
        ready = 0;
    mpg_barrier();
}

static __attribute__((noinline)) void add_one(int i, int part)
{
    bodies[i].part[part]++;
}

/* Even hosts go through the bodies, odd ones jump about in them. */
static void mix(void)
{
    int part = me % 6;
    for (int round = 0; me < 6 && round < ROUNDS; round++)
        if (me % 2)
            for (int i = 0; i < BODIES; i++)
                add_one(i * 7 % BODIES, part);
        else
            for (int i = 0; i < BODIES; i++)
                bodies[i].part[part]++;
    mpg_barrier();
    int parts = hosts < 6 ? hosts : 6;
    for (int part = 0; part < parts; part++) {
        long sum = 0;
        for (int i = 0; i < BODIES; i++)
            sum += bodies[i].part[part];
        CHECK_EQ(sum, (long)BODIES * ROUNDS);
    }
    mpg_barrier();
}

/* Allocations of one host, filled by another. */
static void allocated(void)
{
    if (me == 0)
        numbers = calloc(COUNT, sizeof *numbers);
    mpg_barrier();
    CHECK(numbers != NULL);
    for (int round = 0; round < ROUNDS; round++) {
        if (me == hosts - 1)
            for (int i = 0; i < COUNT; i++)
                numbers[i] += i;
        mpg_barrier();
        for (int i = me; i < COUNT; i += hosts)
            numbers[i]++;
        mpg_barrier();
    }
    for (int i = 0; i < COUNT; i++)
        CHECK_EQ(numbers[i], ROUNDS * (i + 1));
    mpg_barrier();
    if (me == 0)
        free(numbers);
}

int main(void)
{
    me = mpg_host();
    hosts = mpg_hosts();
    deal();
    hand_on();
    follow();
    mix();
    allocated();
    mpg_barrier();
    if (me == 0)
        printf("all %d hosts agree\n", hosts);
    return 0;
}

/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 *   pack [inside|behind|resize|twice]
 *
 * What OpenMP units allocate, as compiled code asks for it: the first objects
 * of a size have a minipage each, the others share pages; or all have, with
 * MILLIPAGE_PACK=0.  Whoever frees, asks for a size, or writes beside others
 * need not know.  With a word, the last host makes a mistake instead (pack.sh).
 */
#include <stdlib.h>

#include "spmd.h"

void *mpg__omp_malloc(size_t bytes);
void *mpg__omp_calloc(size_t count, size_t bytes);
void *mpg__omp_realloc(void *old, size_t bytes);
void *mpg__omp_memalign(size_t align, size_t bytes);

enum {
    PAGE = 4096,
    OWN = 256,  /* as in api/alloc.c */
    BYTES = 48, /* so that a page has some bytes left */
    CELLS = PAGE / BYTES,
    PAGES = 5, /* more cells than a first region has pages */
    MANY = OWN + PAGES * CELLS
};

struct object {
    int number, writer;
    char filled[BYTES - 2 * sizeof(int)];
};

static int is_packing(void)
{
    return spmd_is_on("MILLIPAGE_PACK");
}

static uintptr_t page_of(const void *address)
{
    return (uintptr_t)address / PAGE;
}

/* Two that follow each other and lie in one page of a view are in one
 * minipage. */
static int count_pages(void *const *objects, int count)
{
    int pages = count > 0;
    for (int i = 1; i < count; i++)
        pages += page_of(objects[i]) != page_of(objects[i - 1]);
    return pages;
}

/* On host 0, which has none yet. */
static void allocate_many(struct object **objects)
{
    for (int i = 0; i < MANY; i++) {
        objects[i] = mpg__omp_malloc(sizeof *objects[i]);
        CHECK(objects[i] != NULL);
        CHECK_EQ((uintptr_t)objects[i] % 16, 0);
        memset(objects[i], 0, sizeof *objects[i]);
        objects[i]->number = i;
    }
    CHECK_EQ(count_pages((void **)objects, OWN), OWN);
    CHECK_EQ(count_pages((void **)objects + OWN, MANY - OWN),
             is_packing() ? PAGES : MANY - OWN);
}

/* What a host without them fetches is as much as there are minipages. */
static void count_minipages(struct object *const *objects)
{
    struct mpg_stats before, after;
    long sum = 0;
    mpg_stats(&before, sizeof before);
    for (int i = OWN; mpg_host() == 1 && i < MANY; i++)
        sum += objects[i]->number;
    mpg_stats(&after, sizeof after);
    if (mpg_host() == 1) {
        uint64_t faults = after.read_faults - before.read_faults;
        CHECK_EQ(sum, (long)(MANY - OWN) * (OWN + MANY - 1) / 2);
        CHECK_GT(faults, 0);
        if (is_packing())
            CHECK_LT(faults, PAGES + 3); /* two of them the list's */
    }
    mpg_barrier();
}

/* Neighbours are of different hosts, which write at the same time. */
static void write_beside(struct object *const *objects)
{
    for (int round = 1; round <= 20; round++) {
        for (int i = mpg_host(); i < MANY; i += mpg_hosts()) {
            CHECK_EQ(objects[i]->number, i + (round - 1) * MANY);
            objects[i]->number += MANY;
            objects[i]->writer = mpg_host();
            memset(objects[i]->filled, i, sizeof objects[i]->filled);
        }
    }
    mpg_barrier();
    for (int i = 0; i < MANY; i++) {
        CHECK_EQ(objects[i]->number, i + 20 * MANY);
        CHECK_EQ(objects[i]->writer, i % mpg_hosts());
        for (size_t k = 0; k < sizeof objects[i]->filled; k++)
            CHECK_EQ(objects[i]->filled[k], (char)i);
    }
    mpg_barrier();
}

/* Of some that share a page: by all hosts, in place and to somewhere else. */
static void resize(struct object **objects)
{
    int first = OWN + mpg_host() * 20, aligned_count = 0;
    for (int i = first; i < first + 20; i++) {
        struct object *was = objects[i];
        CHECK(mpg__omp_realloc(was, BYTES - 16) == was);
        /* As libraries do, which know of no sharing. */
        size_t bytes = i % 4 == 0 ? 64 : i % 4 == 1 ? 5000 : 200;
        objects[i] =
            i % 4 == 3 ? mpg__omp_realloc(was, bytes) : realloc(was, bytes);
        CHECK(objects[i] != was);
        CHECK_EQ(objects[i]->number, i + 20 * MANY);
        CHECK_EQ(objects[i]->filled[sizeof was->filled - 1], (char)i);
        memset(objects[i], 1, bytes);
        aligned_count += bytes == 200 && (uintptr_t)objects[i] % PAGE == 0;
    }
    CHECK_LT(aligned_count, 3); /* The first of two sizes; not a page each. */
    mpg_barrier();
}

/* Each host frees what it has not made, and what was used is zero again. */
static void free_all(struct object **objects)
{
    for (int i = mpg_host(); i < MANY; i += mpg_hosts())
        free(objects[i]);
    mpg_barrier();
    for (int i = 0; mpg_host() == 0 && i < MANY; i++) {
        objects[i] = mpg__omp_calloc(3, BYTES / 3);
        for (size_t k = 0; k < sizeof *objects[i]; k++)
            CHECK_EQ(((char *)objects[i])[k], 0);
        memset(objects[i], 0xff, sizeof *objects[i]);
    }
    mpg_barrier();
    for (int i = mpg_host(); i < MANY; i += mpg_hosts()) {
        for (size_t k = 0; k < sizeof *objects[i]; k++)
            CHECK_EQ(((char *)objects[i])[k], (char)0xff);
        free(objects[i]);
    }
    mpg_barrier();
}

enum { OTHERS = 400, ROOM = 80 };
static void *others[OTHERS], *own[OTHERS], *large[OTHERS], *aligned[OTHERS];

/* What was freed last is had first, whatever it is. */
static void reuse(void)
{
    for (int i = 0; i < OTHERS; i++) {
        others[i] = mpg__omp_malloc(ROOM);
        memset(others[i], i, ROOM);
    }
    void *volatile last = others[OTHERS - 1];
    free(last);
    CHECK(mpg__omp_malloc(ROOM) == last);
    memset(last, OTHERS - 1, ROOM);
}

/* Pages are not shared by what somebody asked a minipage for, what is large,
 * and what is to lie at more than 16 bytes; though there is room in them. */
static void never_pack(void)
{
    for (int i = OTHERS / 2; i < OTHERS; i++)
        free(others[i]);
    for (int i = 0; i < OTHERS; i++) {
        own[i] = mpg_malloc(ROOM);
        large[i] = mpg__omp_malloc(1040);
        aligned[i] = mpg__omp_memalign(64, ROOM);
        CHECK_EQ((uintptr_t)aligned[i] % 64, 0);
    }
    CHECK_EQ(count_pages(own, OTHERS), OTHERS);
    CHECK_EQ(count_pages(large, OTHERS), OTHERS);
    CHECK_EQ(count_pages(aligned, OTHERS), OTHERS);
}

/* Objects of different sizes lie in different pages, up to four a page. */
static void sizes(int bytes)
{
    for (int i = 0; i < OTHERS; i++) {
        large[i] = mpg__omp_malloc((size_t)bytes);
        CHECK_EQ((uintptr_t)large[i] % 16, 0);
        memset(large[i], i + 1, (size_t)bytes);
        CHECK(mpg__omp_realloc(large[i], (size_t)bytes) == large[i]);
    }
    for (int i = 0; i < OTHERS / 2; i++)
        for (int k = 0; k < ROOM; k++)
            CHECK_EQ(((char *)others[i])[k], (char)i);
    for (int i = 0; i < OTHERS; i++)
        for (int k = 0; k < bytes; k++)
            CHECK_EQ(((char *)large[i])[k], (char)(i + 1));
    CHECK_EQ(count_pages(large + OWN, OTHERS - OWN),
             is_packing() ? (OTHERS - OWN) / 4 : OTHERS - OWN);
    mpg_barrier();
}

/* On the last host, of an object that shares a page (pack.sh). */
static void be_wrong(const char *how, char *object)
{
    char *volatile inside = object + 16; /* Compilers see these mistakes. */
    char *volatile start = object;
    if (strcmp(how, "inside") == 0)
        free(inside);
    else if (strcmp(how, "behind") == 0)
        free((char *)(page_of(start) * PAGE) + PAGE / BYTES * BYTES);
    else if (strcmp(how, "resize") == 0)
        (void)!mpg__omp_realloc(inside, 100);
    for (int i = 0; strcmp(how, "twice") == 0 && i < 2; i++)
        free(start);
    mpg_barrier();
}

int main(int argc, char **argv)
{
    struct object **objects = spmd_pages(MANY * sizeof *objects);
    if (mpg_host() == 0)
        allocate_many(objects);
    mpg_barrier();
    if (argc > 1 && mpg_host() == mpg_hosts() - 1)
        be_wrong(argv[1], (char *)objects[OWN + 1]);
    if (argc > 1)
        mpg_barrier();
    count_minipages(objects);
    write_beside(objects);
    resize(objects);
    free_all(objects);
    reuse();
    never_pack();
    sizes(1008);
    sizes(1024);
    return spmd_report();
}

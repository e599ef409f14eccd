/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * What sharing costs when nobody else wants the data: code, views, first
 * touches, allocation.  Host 0 alone; the others wait at a barrier.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "bench.h"
#include "millipage.h"

enum { ROUNDS = 15 };

/* A stencil, in the second-level cache, so that the code is what counts. */

enum { SIDE = 160, SWEEPS = 200 };

#pragma millipage shared
static double shared_from[SIDE][SIDE], shared_to[SIDE][SIDE];
static double plain_from[SIDE][SIDE], plain_to[SIDE][SIDE];

/* The same text twice, for two kinds of arrays; a function that got pointers
 * would compile to one and the same code. */
#define SWEEP(to, from)                                                        \
    for (int i = 1; i < SIDE - 1; i++)                                         \
        for (int k = 1; k < SIDE - 1; k++)                                     \
    to[i][k] = 0.25 * (from[i - 1][k] + from[i + 1][k] + from[i][k - 1] +      \
                       from[i][k + 1])

static double sweep_shared(void)
{
    double start = now_us();
    for (int s = 0; s < SWEEPS; s++) {
        SWEEP(shared_to, shared_from);
        SWEEP(shared_from, shared_to);
    }
    return now_us() - start;
}

static double sweep_plain(void)
{
    double start = now_us();
    for (int s = 0; s < SWEEPS; s++) {
        SWEEP(plain_to, plain_from);
        SWEEP(plain_from, plain_to);
    }
    return now_us() - start;
}

static void run_stencil(const struct bench_case *c, struct result *result)
{
    (void)c;
    for (int i = 0; mpg_host() == 0 && i < SIDE; i++)
        for (int k = 0; k < SIDE; k++)
            shared_from[i][k] = plain_from[i][k] = i * k % 17;
    for (int round = 0; mpg_host() == 0 && round <= ROUNDS; round++) {
        double ours = sweep_shared(), plain = sweep_plain();
        if (!round)
            continue; /* first touches */
        samples_add(&result->ours, ours);
        samples_add(&result->yardstick, plain);
    }
    /* What is never looked at need not be computed. */
    if (mpg_host() == 0 &&
        shared_from[SIDE / 2][SIDE / 2] != plain_from[SIDE / 2][SIDE / 2])
        abort();
    mpg_barrier();
}

/* The experiment of 1999: every byte of an array is read in order, through as
 * many views as there are minipages on a page. */

#define MIB       (1l << 20)
#define MAX_BYTES (16 * MIB)

#pragma millipage shared granularity(512)
static unsigned char views_8[MAX_BYTES];
#pragma millipage shared granularity(128)
static unsigned char views_32[MAX_BYTES];
#pragma millipage shared granularity(32)
static unsigned char views_128[MAX_BYTES];
#pragma millipage shared granularity(8)
static unsigned char views_512[MAX_BYTES];

static inline uint64_t sum_of(const unsigned char *bytes, long count)
{
    uint64_t sum = 0;
    for (long i = 0; i < count; i++)
        sum += bytes[i];
    return sum;
}

static volatile uint64_t sink;

#define READ(array, grain, bytes)                                              \
    do {                                                                       \
        uint64_t sum = 0;                                                      \
        for (long at = 0; at < (bytes); at += (grain))                         \
            sum += sum_of(&array[at], grain);                                  \
        sink = sum;                                                            \
    } while (0)

static void read_views(long views, long bytes)
{
    if (views == 8)
        READ(views_8, 512, bytes);
    else if (views == 32)
        READ(views_32, 128, bytes);
    else if (views == 128)
        READ(views_128, 32, bytes);
    else
        READ(views_512, 8, bytes);
}

static void read_plain(const unsigned char *plain, long views, long bytes)
{
    if (views == 8)
        READ(plain, 512, bytes);
    else if (views == 32)
        READ(plain, 128, bytes);
    else if (views == 128)
        READ(plain, 32, bytes);
    else
        READ(plain, 8, bytes);
}

/* Small pages for the plain array too: what is asked for is the price of the
 * views, not that of 4 KiB pages. */
static unsigned char *plain_bytes(void)
{
    unsigned char *got = mmap(NULL, MAX_BYTES, PROT_READ | PROT_WRITE,
                              MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (got == MAP_FAILED || madvise(got, MAX_BYTES, MADV_NOHUGEPAGE)) {
        perror("mpgbench: memory");
        exit(1);
    }
    memset(got, 1, MAX_BYTES);
    return got;
}

static void run_views(const struct bench_case *c, struct result *result)
{
    unsigned char *plain = plain_bytes();
    int times = (int)(MAX_BYTES / c->size);
    for (int round = 0; mpg_host() == 0 && round <= ROUNDS; round++) {
        double start = now_us();
        for (int i = 0; i < times; i++)
            read_views(c->variant, c->size);
        double between = now_us();
        for (int i = 0; i < times; i++)
            read_plain(plain, c->variant, c->size);
        double end = now_us();
        if (!round)
            continue;
        samples_add(&result->ours, (between - start) / times);
        samples_add(&result->yardstick, (end - between) / times);
    }
    munmap(plain, MAX_BYTES);
    mpg_barrier();
}

/* First touches. */

static double touch_anonymous(long pages)
{
    size_t bytes = (size_t)pages * BENCH_PAGE;
    volatile char *got = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
                              MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (got == MAP_FAILED || madvise((void *)got, bytes, MADV_NOHUGEPAGE)) {
        perror("mpgbench: memory");
        exit(1);
    }
    double start = now_us();
    for (long i = 0; i < pages; i++)
        got[i * BENCH_PAGE] = 1;
    double time = now_us() - start;
    munmap((void *)got, bytes);
    return time / (double)pages;
}

static void run_touch(const struct bench_case *c, struct result *result)
{
    const char *backend = getenv("MILLIPAGE_VM");
    if (c->size > 60000 && backend && !strcmp(backend, "mprotect")) {
        result->note = "more minipages than mappings: mprotect cannot";
        mpg_barrier();
        return;
    }
    for (int round = 0; mpg_host() == 0 && round < 3; round++) {
        volatile char **all = malloc((size_t)c->size * sizeof *all);
        for (long i = 0; i < c->size; i++)
            all[i] = mpg_malloc(64);
        double start = now_us();
        for (long i = 0; i < c->size; i++)
            *all[i] = 1;
        samples_add(&result->ours, (now_us() - start) / (double)c->size);
        samples_add(&result->yardstick, touch_anonymous(10000));
        free(all); /* Not the minipages: the next ones are to be new. */
    }
    mpg_barrier();
}

static void run_allocate(const struct bench_case *c, struct result *result)
{
    enum { TIMES = 1000 };
    for (int round = 0; mpg_host() == 0 && round < ROUNDS; round++) {
        static void *volatile got[TIMES];
        double start = now_us();
        for (int i = 0; i < TIMES; i++)
            got[i] = mpg_malloc((size_t)c->size);
        for (int i = 0; i < TIMES; i++)
            mpg_free(got[i]);
        double between = now_us();
        for (int i = 0; i < TIMES; i++)
            got[i] = malloc((size_t)c->size);
        for (int i = 0; i < TIMES; i++)
            free(got[i]);
        samples_add(&result->ours, (between - start) / TIMES);
        samples_add(&result->yardstick, (now_us() - between) / TIMES);
    }
    mpg_barrier();
}

static void run_copy(const struct bench_case *c, struct result *result)
{
    static double from[SIDE][SIDE], to[SIDE][SIDE];
    (void)c;
    for (int round = 0; mpg_host() == 0 && round <= ROUNDS; round++) {
        double start = now_us();
        for (int i = 0; i < SWEEPS; i++)
            memcpy(shared_to, shared_from, sizeof shared_to);
        double between = now_us();
        for (int i = 0; i < SWEEPS; i++) {
            memcpy(to, from, sizeof to);
            from[0][0] = to[SIDE - 1][SIDE - 1] + i;
        }
        if (!round)
            continue;
        samples_add(&result->ours, (between - start) / SWEEPS);
        samples_add(&result->yardstick, (now_us() - between) / SWEEPS);
    }
    mpg_barrier();
}

#define VIEWS(views, label, bytes)                                             \
    {"multiview_" #views "x" label,                                            \
     "reading " label " through " #views " views",                             \
     "plain_array",                                                            \
     0,                                                                        \
     RATIO_EXCESS,                                                             \
     run_views,                                                                \
     bytes,                                                                    \
     views}

const struct bench_case local_cases[] = {
    {"stencil_local", "a stencil over shared arrays that are all here",
     "plain_c", 0, RATIO_SPEED, run_stencil, 0, 0},
    {"copy_local", "memcpy of 200 KB between shared arrays that are here",
     "memory_copy", 0, RATIO_SPEED, run_copy, 0, 0},
    VIEWS(8, "512KiB", MIB / 2),
    VIEWS(32, "512KiB", MIB / 2),
    VIEWS(128, "512KiB", MIB / 2),
    VIEWS(512, "512KiB", MIB / 2),
    VIEWS(8, "4MiB", 4 * MIB),
    VIEWS(32, "4MiB", 4 * MIB),
    VIEWS(128, "4MiB", 4 * MIB),
    VIEWS(512, "4MiB", 4 * MIB),
    VIEWS(8, "16MiB", 16 * MIB),
    VIEWS(32, "16MiB", 16 * MIB),
    VIEWS(128, "16MiB", 16 * MIB),
    VIEWS(512, "16MiB", 16 * MIB),
    {"local_fault_10000", "first write to one of 10,000 minipages",
     "anonymous_page_fault", 0, RATIO_TIME, run_touch, 10000, 0},
    {"local_fault_1000000", "first write to one of 1,000,000 minipages",
     "anonymous_page_fault", 0, RATIO_TIME, run_touch, 1000000, 0},
    {"allocation_64", "mpg_malloc and mpg_free of 64 bytes", "malloc_and_free",
     0, RATIO_TIME, run_allocate, 64, 0},
    {0},
};

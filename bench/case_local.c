/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * What sharing costs when nobody else wants the data: code, first touches,
 * allocation.  Host 0 alone; the others wait at a barrier.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "bench.h"
#include "millipage.h"

enum { ROUNDS = 15, FIRST_ROUNDS = 5 };
/* One round of a stencil differs from the next by a sixth; and arrays differ in
 * where their pages are, so there are some of them, one after the other. */
enum { SETS = 5, SET_ROUNDS = 30 };

/* A stencil, in the second-level cache, so that the code is what counts. */

enum { SIDE = 160, SWEEPS = 200 };

#pragma millipage shared
static double shared_from[SETS][SIDE][SIDE], shared_to[SETS][SIDE][SIDE];
#pragma millipage shared granularity(64)
static double fine_from[SETS][SIDE][SIDE], fine_to[SETS][SIDE][SIDE];
/* As those lie in pages: where lines begin is worth 3 %. */
static double plain_from[SETS][SIDE][SIDE] __attribute__((aligned(BENCH_PAGE))),
    plain_to[SETS][SIDE][SIDE] __attribute__((aligned(BENCH_PAGE)));

/* The same text for three kinds of arrays; a function that got pointers would
 * compile to one and the same code. */
#define SWEEP(to, from)                                                        \
    for (int i = 1; i < SIDE - 1; i++)                                         \
        for (int k = 1; k < SIDE - 1; k++)                                     \
    to[i][k] = 0.25 * (from[i - 1][k] + from[i + 1][k] + from[i][k - 1] +      \
                       from[i][k + 1])
#define SWEEPER(kind)                                                          \
    static double sweep_##kind(int set)                                        \
    {                                                                          \
        double start = now_us();                                               \
        for (int s = 0; s < SWEEPS; s++) {                                     \
            SWEEP(kind##_to[set], kind##_from[set]);                           \
            SWEEP(kind##_from[set], kind##_to[set]);                           \
        }                                                                      \
        return now_us() - start;                                               \
    }
SWEEPER(shared)
SWEEPER(fine)
SWEEPER(plain)

static void run_stencil(const struct bench_case *c, struct result *result)
{
    for (int set = 0; mpg_host() == 0 && set < SETS; set++)
        for (int i = 0; i < SIDE; i++)
            for (int k = 0; k < SIDE; k++)
                fine_from[set][i][k] = shared_from[set][i][k] =
                    plain_from[set][i][k] = i * k % 17;
    for (int round = 0; mpg_host() == 0 && round < SETS * SET_ROUNDS; round++) {
        int set = round / SET_ROUNDS;
        double ours = c->size ? sweep_fine(set) : sweep_shared(set);
        double plain = sweep_plain(set);
        if (round % SET_ROUNDS == 0)
            continue; /* first touches */
        result_pair(result, ours, plain);
    }
    /* What is never looked at need not be computed. */
    double swept = 0;
    if (mpg_host() == 0)
        swept = c->size ? fine_from[0][SIDE / 2][SIDE / 2]
                        : shared_from[0][SIDE / 2][SIDE / 2];
    if (mpg_host() == 0 && swept != plain_from[0][SIDE / 2][SIDE / 2])
        abort();
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
    if (c->size > 60000 && !strcmp(c->vm, "mprotect")) {
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

/* An array in order, as programs begin: each page is new here, and everywhere.
 */
static void run_first(const struct bench_case *c, struct result *result)
{
    size_t bytes = (size_t)c->size * BENCH_PAGE;
    for (int round = 0; mpg_host() == 0 && round < FIRST_ROUNDS; round++) {
        volatile char *got = mpg_malloc_grain(bytes, BENCH_PAGE);
        if (!got) {
            perror("mpgbench: shared memory");
            exit(1);
        }
        double start = now_us();
        for (long i = 0; i < c->size; i++)
            got[i * BENCH_PAGE] = 1;
        double time = now_us() - start;
        result_pair(result, time / (double)c->size, touch_anonymous(c->size));
        /* Not given back: the next one is to be new. */
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
            memcpy(shared_to[0], shared_from[0], sizeof shared_to[0]);
        double between = now_us();
        for (int i = 0; i < SWEEPS; i++) {
            memcpy(to, from, sizeof to);
            from[0][0] = to[SIDE - 1][SIDE - 1] + i;
        }
        if (!round)
            continue;
        result_pair(result, (between - start) / SWEEPS,
                    (now_us() - between) / SWEEPS);
    }
    mpg_barrier();
}

#define ALONE(name, what, yardstick, ratio, run, size)                         \
    {name, what, yardstick, 0, ratio, run, size, 0, NULL, NULL}
#define TOUCH(vm, count, what)                                                 \
    {"local_fault_" vm "_" #count,                                             \
     "first write to one of " what " minipages, " vm,                          \
     "anonymous_page_fault",                                                   \
     0,                                                                        \
     RATIO_TIME,                                                               \
     run_touch,                                                                \
     count,                                                                    \
     0,                                                                        \
     vm,                                                                       \
     NULL}

const struct bench_case local_cases[] = {
    ALONE("stencil_local", "a stencil over shared arrays that are all here",
          "plain_c", RATIO_SPEED, run_stencil, 0),
    ALONE("stencil_local_fine", "the same with minipages of 64 bytes",
          "plain_c", RATIO_SPEED, run_stencil, 64),
    ALONE("copy_local", "memcpy of 200 KB between shared arrays that are here",
          "memory_copy", RATIO_SPEED, run_copy, 0),
    ALONE("allocation_64", "mpg_malloc and mpg_free of 64 bytes",
          "malloc_and_free", RATIO_TIME, run_allocate, 64),
    ALONE("first_write_page", "first write to each of 4096 pages, in order",
          "anonymous_page_fault", RATIO_TIME, run_first, 4096),
    TOUCH("uffd", 10000, "10,000"),
    TOUCH("uffd", 1000000, "1,000,000"),
    TOUCH("mprotect", 10000, "10,000"),
    TOUCH("mprotect", 1000000, "1,000,000"),
    {0},
};

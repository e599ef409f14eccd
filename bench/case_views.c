/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * What many views cost.
 *
 * `multiview` is a loop over all bytes of a shared array in order, as a program
 * has it, beside the same loop over a plain array.  Compiler and runtime have
 * it use the composed view (runtime/engine/composed.c).
 *
 * `views` is the experiment of 1999: the same bytes in the same order, each
 * minipage through its own view.  A function that is handed a minipage at a
 * time is what keeps the compiler from doing anything else.
 *
 * Both come byte by byte, and `wide`, left to the compiler, whose vector code
 * reads a cache line in the time of two bytes: then the price of a translation
 * stands beside next to no work.  `mmap_views` is a control of `views`, the
 * same walk over one memory object that was mapped so many times, without
 * Millipage.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bench.h"
#include "millipage.h"

#define MIB       (1l << 20)
#define MAX_BYTES (16 * MIB)

enum { ROUNDS = 25 };

/* ARRAY(views, granularity), all of one length. */
#define ARRAYS(ARRAY)                                                          \
    ARRAY(1, 4096)                                                             \
    ARRAY(2, 2048)                                                             \
    ARRAY(4, 1024)                                                             \
    ARRAY(8, 512)                                                              \
    ARRAY(16, 256)                                                             \
    ARRAY(32, 128)                                                             \
    ARRAY(64, 64)                                                              \
    ARRAY(128, 32)                                                             \
    ARRAY(256, 16)

#pragma millipage shared granularity(4096)
static unsigned char views_1[MAX_BYTES];
#pragma millipage shared granularity(2048)
static unsigned char views_2[MAX_BYTES];
#pragma millipage shared granularity(1024)
static unsigned char views_4[MAX_BYTES];
#pragma millipage shared granularity(512)
static unsigned char views_8[MAX_BYTES];
#pragma millipage shared granularity(256)
static unsigned char views_16[MAX_BYTES];
#pragma millipage shared granularity(128)
static unsigned char views_32[MAX_BYTES];
#pragma millipage shared granularity(64)
static unsigned char views_64[MAX_BYTES];
#pragma millipage shared granularity(32)
static unsigned char views_128[MAX_BYTES];
#pragma millipage shared granularity(16)
static unsigned char views_256[MAX_BYTES];

static volatile uint64_t sink;

/* Not inlined, so that all arrays are summed by the same instructions. */
#define SUM static __attribute__((noinline)) uint64_t

SUM sum_bytes(const unsigned char *bytes, long count)
{
    uint64_t sum = 0;
    for (long i = 0; i < count; i++) {
        sum += bytes[i];
        __asm__ volatile("" : "+r"(sum)); /* One by one: no vectors. */
    }
    return sum;
}

SUM sum_wide(const unsigned char *bytes, long count)
{
    uint64_t sum = 0;
    for (long i = 0; i < count; i++)
        sum += bytes[i];
    return sum;
}

/* The same text for each kind of array; a function that got the shared one as
 * a pointer would not compute the view of each grain.  Callers give constants,
 * so that neither the grain nor the way to sum is a question in the loop. */
#define BYTE_BY_BYTE                                                           \
    _Pragma("clang loop vectorize(disable)")                                   \
        _Pragma("clang loop interleave(disable)")                              \
            _Pragma("clang loop unroll(disable)")
#define LOOP(bytes_at_i)                                                       \
    if (is_wide)                                                               \
        for (long i = 0; i < bytes; i++)                                       \
            sum += bytes_at_i;                                                 \
    else                                                                       \
        BYTE_BY_BYTE for (long i = 0; i < bytes; i++) sum += bytes_at_i;
#define WALK(place, grain)                                                     \
    for (long at = 0; at < bytes; at += (grain))                               \
        sum += is_wide ? sum_wide(place, grain) : sum_bytes(place, grain);     \
    break;
#define OUR_LOOP(views, grain)                                                 \
    case views:                                                                \
        LOOP(views_##views[i])                                                 \
        break;
#define OUR_WALK(views, grain)                                                 \
    case views:                                                                \
        WALK(&views_##views[at], grain)
#define PLAIN_WALK(views, grain)                                               \
    case views:                                                                \
        WALK(plain + at, grain)
/* Neighbours on a page are in neighbouring views. */
#define MAPPED_WALK(views, grain)                                              \
    case views:                                                                \
        WALK(mapped + at / (grain) % (views) * MAX_BYTES + at, grain)

#define INLINE static inline __attribute__((always_inline))

INLINE void loop_ours(long count, long bytes, bool is_wide)
{
    uint64_t sum = 0;
    switch (count) {
        ARRAYS(OUR_LOOP)
    }
    sink = sum;
}

INLINE void loop_plain(const unsigned char *plain, long bytes, bool is_wide)
{
    uint64_t sum = 0;
    LOOP(plain[i])
    sink = sum;
}

INLINE void walk_ours(long count, long bytes, bool is_wide)
{
    uint64_t sum = 0;
    switch (count) {
        ARRAYS(OUR_WALK)
    }
    sink = sum;
}

INLINE void walk_plain(const unsigned char *plain, long count, long bytes,
                       bool is_wide)
{
    uint64_t sum = 0;
    switch (count) {
        ARRAYS(PLAIN_WALK)
    }
    sink = sum;
}

static void walk_mapped(const unsigned char *mapped, long count, long bytes)
{
    const bool is_wide = false;
    uint64_t sum = 0;
    switch (count) {
        ARRAYS(MAPPED_WALK)
    }
    sink = sum;
}

static _Noreturn void give_up(void)
{
    perror("mpgbench: memory");
    exit(1);
}

/* Small pages for the plain array too: what is asked for is the price of the
 * views, not that of 4 KiB pages. */
static unsigned char *plain_bytes(void)
{
    unsigned char *got = mmap(NULL, MAX_BYTES, PROT_READ | PROT_WRITE,
                              MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (got == MAP_FAILED || madvise(got, MAX_BYTES, MADV_NOHUGEPAGE))
        give_up();
    memset(got, 1, MAX_BYTES);
    return got;
}

/* One object, so many times, at MAX_BYTES from each other. */
static unsigned char *mapped_bytes(long views)
{
    size_t span = (size_t)(views * MAX_BYTES);
    int object = memfd_create("mpgbench", MFD_CLOEXEC);
    unsigned char *got =
        mmap(NULL, span, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (object < 0 || ftruncate(object, MAX_BYTES) || got == MAP_FAILED)
        give_up();
    for (long v = 0; v < views; v++)
        if (mmap(got + v * MAX_BYTES, MAX_BYTES, PROT_READ | PROT_WRITE,
                 MAP_SHARED | MAP_FIXED, object, 0) == MAP_FAILED)
            give_up();
    close(object);
    memset(got, 1, MAX_BYTES);
    return got;
}

enum way { LOOP_BYTES, LOOP_WIDE, VIEWS_BYTES, VIEWS_WIDE, CONTROL };

static void go(enum way way, const unsigned char *mapped, long views,
               long bytes)
{
    switch (way) {
    case LOOP_BYTES:
        loop_ours(views, bytes, false);
        break;
    case LOOP_WIDE:
        loop_ours(views, bytes, true);
        break;
    case VIEWS_BYTES:
        walk_ours(views, bytes, false);
        break;
    case VIEWS_WIDE:
        walk_ours(views, bytes, true);
        break;
    case CONTROL:
        walk_mapped(mapped, views, bytes);
        break;
    }
}

static void go_beside(enum way way, const unsigned char *plain, long views,
                      long bytes)
{
    switch (way) {
    case LOOP_BYTES:
        loop_plain(plain, bytes, false);
        break;
    case LOOP_WIDE:
        loop_plain(plain, bytes, true);
        break;
    case VIEWS_WIDE:
        walk_plain(plain, views, bytes, true);
        break;
    default:
        walk_plain(plain, views, bytes, false);
    }
}

/* In short turns: a neighbour's load comes and goes, and is to fall on both. */
static void time_turn(enum way way, const unsigned char *mapped,
                      const unsigned char *plain, const struct bench_case *c,
                      struct result *result)
{
    long views = c->variant / 10, times = c->size < MAX_BYTES ? 4 : 1;
    double start = now_us();
    for (long i = 0; i < times; i++)
        go(way, mapped, views, c->size);
    double between = now_us();
    for (long i = 0; i < times; i++)
        go_beside(way, plain, views, c->size);
    double end = now_us();
    result_pair(result, (between - start) / (double)times,
                (end - between) / (double)times);
}

static void time_turns(enum way way, const unsigned char *mapped,
                       const unsigned char *plain, const struct bench_case *c,
                       struct result *result)
{
    go(way, mapped, c->variant / 10, c->size); /* first touches */
    for (int round = 0; round < ROUNDS; round++)
        for (long done = 0; done < MAX_BYTES; done += 4 * c->size)
            time_turn(way, mapped, plain, c, result);
}

static void run_views(const struct bench_case *c, struct result *result)
{
    enum way way = (enum way)(c->variant % 10);
    long views = c->variant / 10;
    if (mpg_host() == 0) {
        unsigned char *plain = plain_bytes();
        unsigned char *mapped = way == CONTROL ? mapped_bytes(views) : NULL;
        time_turns(way, mapped, plain, c, result);
        munmap(plain, MAX_BYTES);
        if (mapped)
            munmap(mapped, (size_t)(views * MAX_BYTES));
    }
    mpg_barrier();
}

#define WAYS(prefix, what, views, label, bytes, way)                           \
    {prefix "_" #views "x" label,                                              \
     what " " label " in " #views " views",                                    \
     "plain_array",                                                            \
     0,                                                                        \
     RATIO_EXCESS,                                                             \
     run_views,                                                                \
     bytes,                                                                    \
     views * 10 + way,                                                         \
     NULL,                                                                     \
     NULL}
#define BOTH(views, label, bytes)                                              \
    WAYS("multiview", "a loop over", views, label, bytes, LOOP_BYTES),         \
        WAYS("views", "minipage by minipage,", views, label, bytes,            \
             VIEWS_BYTES)
#define LENGTHS(views)                                                         \
    BOTH(views, "512KiB", MIB / 2), BOTH(views, "4MiB", 4 * MIB),              \
        BOTH(views, "16MiB", 16 * MIB)
#define CONTROLS(views)                                                        \
    WAYS("mmap_views", "without Millipage,", views, "16MiB", 16 * MIB,         \
         CONTROL),                                                             \
        WAYS("multiview_wide", "a loop with vectors over", views, "16MiB",     \
             16 * MIB, LOOP_WIDE),                                             \
        WAYS("views_wide", "minipage by minipage with vectors,", views,        \
             "16MiB", 16 * MIB, VIEWS_WIDE)

const struct bench_case views_cases[] = {
    LENGTHS(1),
    LENGTHS(2),
    LENGTHS(4),
    LENGTHS(8),
    LENGTHS(16),
    LENGTHS(32),
    LENGTHS(64),
    LENGTHS(128),
    BOTH(256, "512KiB", MIB / 2),
    BOTH(256, "4MiB", 4 * MIB),
    CONTROLS(1),
    CONTROLS(8),
    CONTROLS(32),
    CONTROLS(128),
    {0},
};

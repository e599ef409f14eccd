/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * A large array of host 1 that host 0 goes through, in order or not.
 */
#include <stdlib.h>

#include "bench.h"
#include "millipage.h"

#define ARRAY  (256l << 20)
#define PART   (8l << 20) /* that a round moves */
#define ROUNDS 20

#pragma millipage shared granularity(page)
static volatile char by_page[ARRAY];
#pragma millipage shared granularity(1024)
static volatile char by_1024[ARRAY];
#pragma millipage shared granularity(65536)
static volatile char by_65536[ARRAY];

/* Only the parts that are gone through again. */
#pragma millipage shared granularity(64)
static long by_64[WIRE_ARRAY / sizeof(long)];

enum {
    READ_IN_ORDER,
    READ_DOWN,
    WRITE_IN_ORDER,
    READ_ANYWHERE,
    READ_NEW,
    READ_ANYWHERE_NEW,
    READ_BY_LOOP,
    READ_BY_BLOCK
};

/* As many parts are gone through again and again, as the yardstick goes through
 * those of arrays of its own.  Or each for the first time, when its pages are
 * made: in order, or those behind that in none. */
enum { PARTS = WIRE_ARRAY / PART, WARMING = 2 * PARTS };
enum { ANYWHERE = PARTS + ROUNDS, ANYWHERE_ROUNDS = ARRAY / PART - ANYWHERE };

static volatile char *at(long grain, long offset)
{
    return grain == 1024    ? &by_1024[offset]
           : grain == 65536 ? &by_65536[offset]
                            : &by_page[offset];
}

/* Loops as programs have them, which may go by the page. */
static void fill_by_loop(long start, long value)
{
    long first = start / (long)sizeof(long);
    for (long i = 0; i < PART / (long)sizeof(long); i++)
        by_64[first + i] = value;
}

static void read_by_loop(long start, long value)
{
    long first = start / (long)sizeof(long), sum = 0;
    for (long i = 0; i < PART / (long)sizeof(long); i++)
        sum += by_64[first + i];
    if (sum != value * (PART / (long)sizeof(long)))
        abort();
}

/* A part is a matrix, of which a loop goes through blocks of columns. */
enum { COLUMNS = (32 << 10) / sizeof(long), BLOCK = 4096 / sizeof(long) };
enum { ROWS = PART / (COLUMNS * (long)sizeof(long)) };
#pragma millipage shared granularity(page)
static long matrices[PARTS][ROWS][COLUMNS];

static void fill_matrix(long (*matrix)[COLUMNS], long value)
{
    for (int i = 0; i < ROWS; i++)
        for (int j = 0; j < COLUMNS; j++)
            matrix[i][j] = value;
}

static void read_by_block(long (*matrix)[COLUMNS], long value)
{
    long sum = 0;
    for (int first = 0; first < COLUMNS; first += BLOCK)
        for (int i = 0; i < ROWS; i++)
            for (int j = first; j < first + BLOCK; j++)
                sum += matrix[i][j];
    if (sum != value * ROWS * COLUMNS)
        abort();
}

static void fill(const struct bench_case *c, long start, long round)
{
    if (c->variant == READ_BY_LOOP) {
        fill_by_loop(start, round);
        return;
    }
    if (c->variant == READ_BY_BLOCK) {
        fill_matrix(matrices[start / PART], round);
        return;
    }
    for (long i = 0; i < PART; i += 64)
        *at(c->size, start + i) = 1;
}

/* The i-th minipage of a part in an order that no reader can foresee. */
static long shuffled(long i, long count)
{
    return i * 40503 % count; /* an odd factor, and count is a power of two */
}

static bool is_anywhere(const struct bench_case *c)
{
    return c->variant == READ_ANYWHERE || c->variant == READ_ANYWHERE_NEW;
}

static void go_through(const struct bench_case *c, long start, long round)
{
    if (c->variant == READ_BY_LOOP) {
        read_by_loop(start, round);
        return;
    }
    if (c->variant == READ_BY_BLOCK) {
        read_by_block(matrices[start / PART], round);
        return;
    }
    long count = PART / c->size;
    for (long i = 0; i < count; i++) {
        long slot = is_anywhere(c)            ? shuffled(i, count)
                    : c->variant == READ_DOWN ? count - 1 - i
                                              : i;
        volatile char *first = at(c->size, start + slot * c->size);
        if (c->variant == WRITE_IN_ORDER)
            *first = 2;
        else
            (void)*first;
    }
}

static void run_stream(const struct bench_case *c, struct result *result)
{
    long first_new = c->variant == READ_NEW            ? PARTS
                     : c->variant == READ_ANYWHERE_NEW ? ANYWHERE
                                                       : 0;
    int rounds = first_new == ANYWHERE ? ANYWHERE_ROUNDS : ROUNDS;
    for (int round = 0; round < rounds; round++) {
        long part = first_new ? first_new + round : round % PARTS;
        long start = part * PART;
        if (mpg_host() == 1)
            fill(c, start, round);
        mpg_barrier();
        double raw =
            mpg_host() < 2 ? wire_stream(round % PARTS * PART, PART) : 0;
        if (mpg_host() == 0) {
            double begin = now_us();
            go_through(c, start, round);
            double took = now_us() - begin;
            if (first_new || round >= WARMING) {
                samples_add(&result->ours, took);
                samples_add(&result->yardstick, raw);
            }
        }
        mpg_barrier();
    }
}

/* Each of two hosts writes every other minipage of 512 bytes and then reads all
 * of them.  By the page others' minipages come along, by the minipage there is
 * a fault for each. */
enum { TURNS = (2 << 20) / sizeof(long), TURN = 512 / sizeof(long) };
#pragma millipage shared granularity(512)
static long turns[TURNS];

static void write_in_turn(long value)
{
    for (long first = mpg_host() * TURN; first < TURNS; first += 2 * TURN)
        for (long i = first; i < first + TURN; i++)
            turns[i] = value;
}

static void read_all(long value)
{
    long sum = 0;
    for (long i = 0; i < TURNS; i++)
        sum += turns[i];
    if (sum != value * TURNS)
        abort();
}

static void run_turns(const struct bench_case *c, struct result *result)
{
    (void)c;
    for (long round = 0; round < 2 * ROUNDS; round++) {
        double raw = mpg_host() < 2 ? wire_stream(0, sizeof turns / 2) : 0;
        mpg_barrier();
        double begin = now_us();
        if (mpg_host() < 2)
            write_in_turn(round);
        mpg_barrier();
        if (mpg_host() < 2)
            read_all(round);
        mpg_barrier();
        if (mpg_host() == 0) {
            samples_add(&result->ours, now_us() - begin);
            samples_add(&result->yardstick, raw);
        }
    }
}

/* Each of two hosts has a half of each page, and goes from page to page with
 * each element; beside a whole number of such pages of its own. */
enum { HALVED = 5, WORDS = BENCH_PAGE / sizeof(long), SWEEPS = 8 };
#pragma millipage shared granularity(page)
static volatile long halved[HALVED * WORDS];

static double add_to_each(volatile long *pages, int first)
{
    double begin = now_us();
    for (int sweep = 0; sweep < SWEEPS; sweep++)
        for (int i = first; i < first + WORDS / 2; i++)
            for (int page = 0; page < HALVED; page++) {
                pages[page * WORDS + i] += 1;
                for (volatile int work = 0; work < 1000; work++)
                    ;
            }
    return now_us() - begin;
}

static void run_halves(const struct bench_case *c, struct result *result)
{
    static volatile long own[HALVED * WORDS];
    (void)c;
    for (int round = 0; round < ROUNDS; round++) {
        mpg_barrier();
        double ours =
            mpg_host() < 2 ? add_to_each(halved, mpg_host() * WORDS / 2) : 0;
        mpg_barrier();
        double alone = mpg_host() < 2 ? add_to_each(own, 0) : 0;
        if (mpg_host() == 0)
            result_pair(result, ours, alone);
    }
}

#define STREAM "tcp_stream"

const struct bench_case stream_cases[] = {
    {"sequential_read_page", "8 MiB of a remote array in order, by pages",
     STREAM, 0, RATIO_SPEED, run_stream, 4096, READ_IN_ORDER, NULL, NULL},
    {"sequential_read_new", "the same of pages that this host never had",
     STREAM, 0, RATIO_SPEED, run_stream, 4096, READ_NEW, NULL, NULL},
    {"sequential_read_down", "the same from the last page to the first", STREAM,
     0, RATIO_SPEED, run_stream, 4096, READ_DOWN, NULL, NULL},
    {"sequential_read_1024", "the same by minipages of 1024 bytes", STREAM, 0,
     RATIO_SPEED, run_stream, 1024, READ_IN_ORDER, NULL, NULL},
    {"sequential_read_loop_64", "the same by a loop over minipages of 64 bytes",
     STREAM, 0, RATIO_SPEED, run_stream, 64, READ_BY_LOOP, NULL, NULL},
    {"block_read_page",
     "8 MiB of a remote matrix by blocks of a page's columns", STREAM, 0,
     RATIO_SPEED, run_stream, 4096, READ_BY_BLOCK, NULL, NULL},
    {"sequential_read_65536", "the same by minipages of 64 KiB", STREAM, 0,
     RATIO_SPEED, run_stream, 65536, READ_IN_ORDER, NULL, NULL},
    {"sequential_write_page", "writing 8 MiB of a remote array, by pages",
     STREAM, 0, RATIO_SPEED, run_stream, 4096, WRITE_IN_ORDER, NULL, NULL},
    {"turns_512",
     "two hosts write every other 512 bytes of 2 MiB, and read all", STREAM, 0,
     RATIO_SPEED, run_turns, 512, 0, NULL, NULL},
    {"halves_of_pages",
     "two hosts write to their halves of the same 5 pages, page by page",
     "pages_of_its_own", 0, RATIO_TIME, run_halves, BENCH_PAGE, 0, NULL, NULL},
    {"random_read_page", "8 MiB of a remote array in no order, by pages",
     STREAM, 0, RATIO_SPEED, run_stream, 4096, READ_ANYWHERE, NULL, NULL},
    {"random_read_new", "the same of pages that this host never had", STREAM, 0,
     RATIO_SPEED, run_stream, 4096, READ_ANYWHERE_NEW, NULL, NULL},
    {0},
};

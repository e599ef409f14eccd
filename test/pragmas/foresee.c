/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Loops that say what they go through, and the faults that this saves.  Without
 * asking ahead (MILLIPAGE_AHEAD=0) each page is a fault ("faults"), unless it
 * was asked for before the loop ("foreseen").  More hosts than processors do
 * not wait for what they have asked for, so that is counted on two.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* exit would wait for hosts that are not coming. */
#define CHECK_END() _exit(1)
#include "check.h"
#include "millipage.h"

enum { ROWS = 64, COLUMNS = 1024, ROW_PAGES = 2, CELLS = ROWS * COLUMNS };

#pragma millipage shared granularity(page)
static long a[ROWS][COLUMNS];
#pragma millipage shared granularity(page)
static long b[ROWS][COLUMNS];

static int me, hosts;
static const char *how = "";

static long faults(void)
{
    struct mpg_stats now;
    mpg_stats(&now, sizeof now);
    return (long)(now.read_faults + now.write_faults);
}

static void count_as_told(long count, long pages)
{
    if (hosts != 2)
        return;
    if (!strcmp(how, "foreseen"))
        CHECK_LE(count, pages / 2);
    if (!strcmp(how, "faults"))
        CHECK_GE(count, pages);
}

/* Host 0 changes everything, and the last one does something with it. */
static int hand_over(long by)
{
    if (me == 0)
        for (long i = 0; i < ROWS; i++)
            for (long j = 0; j < COLUMNS; j++) {
                a[i][j] = i * COLUMNS + j + by;
                b[i][j] = 0;
            }
    mpg_barrier();
    errno = ERANGE;
    return me == hosts - 1;
}

__attribute__((noinline)) static long sum_of(long rows)
{
    long sum = 0;
    for (long i = 0; i < rows; i++)
        for (long j = 0; j < COLUMNS; j++)
            sum += a[i][j];
    return sum;
}

/* A place that has found everything here a hundred times is passed by, until
 * something has been lost. */
static void all_of_it(volatile long *rows)
{
    for (int turn = 0; turn < 2; turn++) {
        if (hand_over(1)) {
            long before = faults(), sum = sum_of(*rows);
            count_as_told(faults() - before, ROWS * ROW_PAGES);
            CHECK_EQ(sum, CELLS * (CELLS + 1L) / 2);
            CHECK_EQ(errno, ERANGE);
            for (int again = 0; again < 100; again++)
                CHECK_EQ(sum_of(*rows), sum);
        }
        mpg_barrier();
    }
}

/* A page in each row. */
static void columns(long from, long to)
{
    if (hand_over(from)) {
        long before = faults(), sum = 0;
        for (long j = from; j < to; j++)
            for (long i = 0; i < ROWS; i++)
                sum += a[i][j] - j - from;
        count_as_told(faults() - before, ROWS);
        CHECK_EQ(sum, (to - from) * COLUMNS * ROWS * (ROWS - 1L) / 2);
    }
    mpg_barrier();
}

/* Every other row from the end, of which one array is written. */
static void upwards(long rows)
{
    if (hand_over(0)) {
        long before = faults();
        for (long i = rows - 1; i >= 0; i -= 2)
            for (long j = 0; j < COLUMNS; j++)
                b[i][j] += a[i][j] + 1;
        count_as_told(faults() - before, 2 * ROWS / 2 * ROW_PAGES);
        CHECK_EQ(errno, ERANGE);
    }
    mpg_barrier();
    for (long i = 0; i < ROWS; i++)
        for (long j = 0; j < COLUMNS; j++)
            CHECK_EQ(b[i][j], i % 2 ? i * COLUMNS + j + 1 : 0);
    mpg_barrier();
}

static void copy(size_t rows)
{
    if (hand_over(7)) {
        long before = faults();
        memcpy(b, a, rows * sizeof *a);
        count_as_told(faults() - before, 2 * ROWS / 2 * ROW_PAGES);
    }
    mpg_barrier();
    CHECK_EQ(b[rows - 1][COLUMNS - 1], (long)rows * COLUMNS - 1 + 7);
    CHECK_EQ(b[rows][0], 0);
    mpg_barrier();
}

/* Private memory is none of it, not even in a child of fork. */
static void private_memory(size_t count)
{
    long *mine = malloc(count * sizeof *mine), sum = 0;
    pid_t child = fork();
    CHECK(mine && child >= 0);
    for (size_t i = 0; i < count; i++)
        mine[i] = (long)i;
    for (size_t i = 0; i < count; i++)
        sum += mine[i];
    CHECK_EQ(sum, (long)(count * (count - 1) / 2));
    free(mine);
    if (!child)
        _exit(0);
    int status;
    CHECK_EQ(waitpid(child, &status, 0), child);
    CHECK_EQ(status, 0);
}

int main(int argc, char **argv)
{
    volatile long zero = 0, rows = ROWS;
    if (argc > 1)
        how = argv[1];
    me = mpg_host();
    hosts = mpg_hosts();
    all_of_it(&rows);
    columns(zero + 3, zero + 9);
    upwards(zero + ROWS);
    copy((size_t)zero + ROWS / 2);
    private_memory((size_t)zero + 100000);
    if (me == 0)
        printf("all %d hosts agree\n", hosts);
    return 0;
}

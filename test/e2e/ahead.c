/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Asking ahead, by its counts: a long run of faults becomes a stream, up or
 * down, also one of several that take turns; what is exchanged time and again
 * is asked for at once.  What is touched in no order comes together the first
 * time (MILLIPAGE_AROUND), but later page by page.  With both policies off all
 * of it faults one by one.
 */
#include "spmd.h"

enum { PAGES = 256, WORDS = 512, ROW = 4, ROUNDS = 24 };

static volatile long *data, *more; /* of the same size */

static void write_all(long value)
{
    for (int i = 0; i < PAGES; i++)
        data[i * WORDS] = value + i;
}

enum order { SCATTERED, UP, DOWN };

/* Read faults of reading every page. */
static uint64_t read_all(long value, enum order order)
{
    uint64_t before = spmd_stats().read_faults;
    for (int i = 0; i < PAGES; i++) {
        int page = order == UP ? i : PAGES - 1 - i;
        if (order == SCATTERED)
            page = i * 97 % PAGES;
        CHECK_EQ(data[page * WORDS], value + page);
    }
    return spmd_stats().read_faults - before;
}

/* The same of both, in turns, as a = b + c does. */
static uint64_t read_both(long value)
{
    uint64_t before = spmd_stats().read_faults;
    for (int i = 0; i < PAGES; i++) {
        CHECK_EQ(data[i * WORDS], value + i);
        CHECK_EQ(more[i * WORDS], value - i);
    }
    return spmd_stats().read_faults - before;
}

/* Host 0 writes a row and the last host reads it, over and over; faults of
 * this host. */
static uint64_t exchange_row(void)
{
    struct mpg_stats before = spmd_stats();
    for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; mpg_host() == 0 && i < ROW; i++)
            data[i * WORDS] = round + i;
        mpg_barrier();
        for (int i = 0; mpg_host() == mpg_hosts() - 1 && i < ROW; i++)
            CHECK_EQ(data[i * WORDS], round + i);
        mpg_barrier();
    }
    struct mpg_stats after = spmd_stats();
    return after.read_faults + after.write_faults - before.read_faults -
           before.write_faults;
}

int main(void)
{
    int is_on = spmd_is_on("MILLIPAGE_AHEAD");
    int is_around = spmd_is_on("MILLIPAGE_AROUND");
    int takes_part = mpg_host() == 0 || mpg_host() == mpg_hosts() - 1;
    data = spmd_pages(PAGES * 4096);
    more = spmd_pages(PAGES * 4096);
    for (int turn = SCATTERED; turn <= UP; turn++) {
        if (mpg_host() == 0)
            write_all(1000 * turn);
        mpg_barrier();
        uint64_t faults = read_all(1000 * turn, (enum order)turn);
        if (mpg_host() == 0)
            CHECK_EQ(faults, 0);
        else if (turn == SCATTERED ? is_around : is_on)
            CHECK_LT(faults, PAGES / 4);
        else
            CHECK_EQ(faults, PAGES);
        mpg_barrier();
    }
    if (mpg_host() == 0)
        write_all(4000);
    mpg_barrier(); /* Another one, that nothing is recalled at. */
    uint64_t down = read_all(4000, DOWN);
    if (mpg_host() && is_on)
        CHECK_LT(down, PAGES / 4);
    else if (mpg_host())
        CHECK_EQ(down, PAGES);
    mpg_barrier();
    if (mpg_host() == 0)
        write_all(4500);
    mpg_barrier();
    uint64_t again = read_all(4500, SCATTERED);
    if (mpg_host()) /* Some of it is remembered from streams. */
        CHECK_LT(PAGES / 2, again);
    mpg_barrier();
    for (int i = 0; mpg_host() == 0 && i < PAGES; i++) {
        data[i * WORDS] = 5000 + i;
        more[i * WORDS] = 5000 - i;
    }
    mpg_barrier();
    uint64_t both = read_both(5000);
    if (mpg_host() && is_on)
        CHECK_LT(both, PAGES / 2);
    else if (mpg_host())
        CHECK_EQ(both, 2 * PAGES);
    mpg_barrier();
    uint64_t faults = exchange_row();
    if (mpg_hosts() > 1 && takes_part) {
        if (is_on) /* One in eight rounds is asked for one by one. */
            CHECK_LT(faults, ROUNDS * 2);
        else
            CHECK_GE(faults, (ROUNDS - 1) * ROW);
    }
    return spmd_report();
}

/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * What a lock guards comes with it, by its counts: two hosts that take turns at
 * a record soon find all of it there, read and written; with MILLIPAGE_GUARD=0
 * each of its minipages is a fault, each time.
 */
#include "spmd.h"

enum { PAGES = 64, WORDS = 512, PARTS = 8, ROUNDS = 40, LATER = 8, LOCK = 5 };

static volatile long *data;

/* Neighbours are no run. */
static volatile long *part(int i)
{
    return &data[(i * 37 % PAGES) * WORDS];
}

/* Part 0 says whose turn it is.  False when it is not ours, yet. */
static int take_turn(int round)
{
    mpg_lock(LOCK);
    int is_ours = *part(0) == (long)round * mpg_hosts() + mpg_host();
    for (int i = 0; is_ours && i < PARTS; i++)
        *part(i) += 1;
    mpg_unlock(LOCK);
    return is_ours;
}

static long faults(void)
{
    struct mpg_stats now = spmd_stats();
    return (long)(now.read_faults + now.write_faults);
}

int main(void)
{
    int is_on = spmd_is_on("MILLIPAGE_GUARD");
    long before = 0;
    data = spmd_pages((size_t)PAGES * 4096);
    for (int round = 0; round < ROUNDS; round++) {
        if (round == LATER)
            before = faults();
        while (!take_turn(round))
            ;
    }
    long since = faults() - before, parts = (ROUNDS - LATER) * PARTS;
    if (mpg_hosts() == 2 && is_on)
        CHECK_LT(since, parts / 2);
    else if (mpg_hosts() == 2)
        CHECK_GE(since, parts);
    mpg_barrier();
    for (int i = 0; i < PARTS; i++)
        CHECK_EQ(*part(i), (long)ROUNDS * mpg_hosts());
    return spmd_report();
}

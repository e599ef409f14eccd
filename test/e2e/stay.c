/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Who has asked ahead serves for a moment (--stay-us): what it has asked for is
 * there when the call returns, and so are the answers to what others have asked
 * of it meanwhile.  What is asked for time and again is recalled when the phase
 * begins, and is there when the barrier returns.  The moment is long here, so
 * that it does not depend on how fast the machine is.
 */
#include "spmd.h"

enum { ROUNDS = 60, RECALLED = 6, WORDS = 512 };

int main(void)
{
    const char *option = getenv("MILLIPAGE_STAY_US");
    int is_long = option && atol(option) >= 100000;
    int self = mpg_host(), hosts = mpg_hosts();
    volatile long *rows = spmd_pages((size_t)hosts * 4096);
    uint64_t faults = 0;
    for (long round = 1; round <= ROUNDS; round++) {
        rows[self * WORDS] = round;
        mpg_barrier();
        /* Each asks its neighbour, all at once. */
        int other = (self + 1) % hosts;
        if (round != RECALLED)
            CHECK_EQ(mpg_prefetch((void *)&rows[other * WORDS], 8, 0), 0);
        uint64_t before = spmd_stats().read_faults;
        CHECK_EQ(rows[other * WORDS], round);
        faults += spmd_stats().read_faults - before;
        mpg_barrier();
    }
    if (is_long)
        CHECK_EQ(faults, 0);
    return spmd_report();
}

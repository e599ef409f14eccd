/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Who has asked ahead serves for a moment (--stay-us), and what is asked for
 * time and again is recalled when the phase begins: all hosts ask each other at
 * once, and each sees what the other has written.  (Whether there was a fault
 * for it depends on which thread of the host was serving just then.)
 */
#include <errno.h>

#include "spmd.h"

enum { ROUNDS = 60, RECALLED = 6, WORDS = 512 };

int main(void)
{
    int self = mpg_host(), hosts = mpg_hosts();
    volatile long *rows = spmd_pages((size_t)hosts * 4096);
    for (long round = 1; round <= ROUNDS; round++) {
        rows[self * WORDS] = round;
        mpg_barrier();
        /* Each asks its neighbour, all at once. */
        int other = (self + 1) % hosts;
        errno = 0;
        if (round != RECALLED)
            CHECK_EQ(mpg_prefetch((void *)&rows[other * WORDS], 8, 0), 0);
        CHECK_EQ(errno, 0); /* Sockets that have nothing now set it. */
        CHECK_EQ(rows[other * WORDS], round);
        mpg_barrier();
    }
    return spmd_report();
}

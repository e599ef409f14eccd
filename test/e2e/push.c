/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * After a push the data is where it will be read: reading it causes no fault.
 */
#include "spmd.h"

enum { PAGES = 16, WORDS = 512 };

int main(void)
{
    volatile long *data = spmd_pages(PAGES * 4096);
    atomic_long *waiting = spmd_malloc(sizeof *waiting);
    for (int round = 1; round <= 5; round++) {
        if (mpg_host() == 0) {
            for (int i = 0; i < PAGES * WORDS; i++)
                data[i] = round * 1000000l + i;
            CHECK_EQ(mpg_push((void *)data, PAGES * 4096), 0);
        }
        mpg_barrier();
        /* Copies come on their own: an atomic message chain to everybody and
         * back lets those that are under way arrive. */
        for (int i = 0; i < 10; i++) {
            atomic_fetch_add(waiting, 1);
            mpg_barrier();
        }
        uint64_t faults = spmd_stats().read_faults;
        for (int i = 0; i < PAGES * WORDS; i++)
            CHECK_EQ(data[i], round * 1000000l + i);
        CHECK_EQ(spmd_stats().read_faults, faults);
        mpg_barrier();
    }
    return spmd_report();
}

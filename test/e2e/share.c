/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Hosts that write to parts of the same pages at the same time, an element of
 * each page after the other, and do something else in between: that takes less
 * time than a page takes to come.  share.sh counts the faults.
 */
#include "spmd.h"

enum { PAGES = 5, WORDS = 512, SWEEPS = 200, WORK = 100 };

static volatile long *pages;

static void add_to(int first, int count)
{
    for (int sweep = 0; sweep < SWEEPS; sweep++)
        for (int i = first; i < first + count; i++)
            for (int page = 0; page < PAGES; page++) {
                pages[page * WORDS + i] += 1;
                for (volatile int work = 0; work < WORK; work++)
                    ;
            }
}

int main(void)
{
    int count = WORDS / mpg_hosts();
    pages = spmd_pages((size_t)PAGES * 4096);
    mpg_barrier();
    add_to(mpg_host() * count, count);
    mpg_barrier();
    for (int page = 0; page < PAGES; page++)
        for (int i = 0; i < count * mpg_hosts(); i++)
            CHECK_EQ(pages[page * WORDS + i], SWEEPS);
    return spmd_report();
}

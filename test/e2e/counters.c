/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Neighbouring counters, one for each host, all in one page of memory.  Each in
 * its own minipage they cost next to nothing (counters.sh counts messages);
 * all in one minipage of a page ("page" as argument) they are still right.
 */
#include "spmd.h"

enum { ALONE = 200000, TOGETHER = 2000 };

static void alone(void)
{
    volatile long **table = spmd_malloc((size_t)mpg_hosts() * sizeof *table);
    if (mpg_host() == 0)
        for (int host = 0; host < mpg_hosts(); host++) {
            table[host] = mpg_malloc(sizeof(long));
            *table[host] = 0;
        }
    mpg_barrier();
    volatile long *mine = table[mpg_host()];
    for (int i = 0; i < ALONE; i++)
        ++*mine;
    mpg_barrier();
    for (int host = 0; host < mpg_hosts(); host++)
        if (mpg_host() == 0)
            CHECK_EQ(*table[host], ALONE);
}

static void together(void)
{
    atomic_long *counters = spmd_pages(4096);
    for (int i = 0; i < TOGETHER; i++) {
        atomic_fetch_add(&counters[mpg_host()], 1);
        atomic_fetch_add(&counters[511], 1);
    }
    mpg_barrier();
    for (int host = 0; host < mpg_hosts(); host++)
        CHECK_EQ(atomic_load(&counters[host]), TOGETHER);
    CHECK_EQ(atomic_load(&counters[511]), (long)TOGETHER * mpg_hosts());
}

int main(int argc, char **argv)
{
    if (argc > 1 && !strcmp(argv[1], "page"))
        together();
    else
        alone();
    return spmd_report();
}

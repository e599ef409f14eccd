/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * A prefetch is a hint: data is right with it and without, before it has been
 * served and after; and what has been served causes no fault.
 */
#include "spmd.h"

enum { PAGES = 64, WORDS = 512 };

static volatile long *data;

/* Reads or writes until nothing faults any more: then the prefetch is in. */
static void expect_no_faults(int for_write)
{
    for (int tries = 0;; tries++) {
        CHECK_LT(tries, 100000);
        const struct mpg_range halves[] = {
            {(void *)data, PAGES * 2048, for_write},
            {(void *)(data + PAGES * WORDS / 2), PAGES * 2048, for_write}};
        CHECK_EQ(mpg_prefetch_ranges(halves, 2), 0);
        mpg_lock(mpg_host() + 1u); /* serves what has come */
        mpg_unlock(mpg_host() + 1u);
        struct mpg_stats before = spmd_stats();
        for (int i = 0; i < PAGES; i++)
            if (for_write)
                data[i * WORDS] = data[i * WORDS] + 0;
            else
                (void)data[i * WORDS];
        struct mpg_stats after = spmd_stats();
        if (after.read_faults == before.read_faults &&
            after.write_faults == before.write_faults)
            return;
    }
}

int main(void)
{
    data = spmd_pages(PAGES * 4096);
    if (mpg_host() == 0)
        for (int i = 0; i < PAGES * WORDS; i++)
            data[i] = i;
    mpg_barrier();
    CHECK_EQ(mpg_prefetch((void *)data, PAGES * 4096, 0), 0);
    for (int i = 0; i < PAGES * WORDS; i++)
        CHECK_EQ(data[i], i);
    mpg_barrier();
    if (mpg_host() == mpg_hosts() - 1)
        expect_no_faults(1);
    mpg_barrier();
    expect_no_faults(0);
    mpg_barrier();
    for (int i = 0; i < PAGES * WORDS; i++)
        CHECK_EQ(data[i], i);
    return spmd_report();
}

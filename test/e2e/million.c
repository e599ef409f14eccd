/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * A million minipages of 64 bytes: one host touches every one of them, to read
 * or to write in turn, the others every so many, and each process has fewer
 * mappings than its argument all the same.
 */
#include "spmd.h"

enum { COUNT = 1 << 20, BYTES = 64, STEP = 64 };

static void make_all(volatile long **table)
{
    for (int i = 0; i < COUNT; i++) {
        table[i] = mpg_malloc(BYTES);
        if (!table[i])
            CHECK_FAIL("no memory for minipage %d", i);
        if (i % 2 == 0)
            *table[i] = i;
        else
            CHECK_EQ(*table[i], 0);
    }
}

int main(int argc, char **argv)
{
    int host = mpg_host();
    volatile long **table = spmd_pages(COUNT * sizeof *table);
    if (host == 0)
        make_all(table);
    mpg_barrier();
    for (int i = 0; i < COUNT; i += STEP)
        CHECK_EQ(*table[i], i);
    mpg_barrier();
    for (int i = host * STEP; i < COUNT; i += mpg_hosts() * STEP)
        *table[i] = -i;
    mpg_barrier();
    for (int i = 0; i < COUNT; i += STEP)
        CHECK_EQ(*table[i], -i);
    struct mpg_stats stats = spmd_stats();
    printf("host %d: %llu minipages, %llu mappings\n", host,
           (unsigned long long)stats.minipages, (unsigned long long)stats.vmas);
    if (host == 0)
        CHECK_GE(stats.minipages, COUNT);
    CHECK_LT(stats.vmas, argc > 1 ? atol(argv[1]) : 60000);
    return spmd_report();
}

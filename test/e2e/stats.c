/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * The counts that a program can ask for are counts of what it did.  Pages are
 * touched backwards, which nothing asks ahead for.
 */
#include "spmd.h"

int main(void)
{
    int host = mpg_host(), hosts = mpg_hosts();
    volatile long *data = spmd_pages(8 * 4096);
    if (host == 0)
        for (int i = 7; i >= 0; i--)
            data[i * 512] = i;
    mpg_barrier();
    struct mpg_stats before = spmd_stats();
    for (int i = 7; i >= 0; i--)
        CHECK_EQ(data[i * 512], i);
    struct mpg_stats after = spmd_stats();
    CHECK_EQ(after.read_faults - before.read_faults, host == 0 ? 0 : 8);
    CHECK_EQ(after.write_faults, before.write_faults);
    if (host > 0) {
        CHECK_GE(after.minipages - before.minipages, 1);
        CHECK_GE(after.messages_sent - before.messages_sent, 4);
        CHECK_GE(after.bytes_sent - before.bytes_sent, 4 * 32);
    }
    before = spmd_stats();
    mpg_barrier();
    if (host == hosts - 1)
        for (int i = 7; i >= 0; i--)
            data[i * 512] = -i;
    mpg_barrier();
    after = spmd_stats();
    uint64_t writes = hosts > 1 && host == hosts - 1 ? 8 : 0;
    CHECK_EQ(after.write_faults - before.write_faults, writes);
    CHECK_EQ(after.invalidations - before.invalidations,
             host == hosts - 1 ? 0 : 8);
    mpg_lock(1);
    mpg_unlock(1);
    CHECK_EQ(spmd_stats().locks - after.locks, 1);
    CHECK_EQ(spmd_stats().barriers - before.barriers, 2);
    CHECK_GE(after.views, 1);
    CHECK_LT(after.connections, mpg_hosts());
    CHECK_GT(after.vmas, 10);
    /* A caller that was compiled with fewer fields gets those. */
    struct mpg_stats less;
    memset(&less, 0xff, sizeof less);
    mpg_stats(&less, 2 * sizeof less.read_faults);
    CHECK_EQ(less.write_faults, after.write_faults);
    CHECK_EQ(less.messages_sent, UINT64_MAX);
    return spmd_report();
}

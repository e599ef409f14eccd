/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * A host that has a readable copy and writes needs permission, not bytes.
 */
#include "spmd.h"

enum { PAGES = 256, WORDS = 512 };

int main(void)
{
    int host = mpg_host(), hosts = mpg_hosts(), last = hosts - 1;
    volatile long *data = spmd_pages(PAGES * 4096);
    volatile uint64_t *sent = spmd_malloc((size_t)hosts * sizeof *sent);
    if (host == 0)
        for (int i = 0; i < PAGES; i++)
            data[i * WORDS] = i;
    mpg_barrier();
    for (int i = 0; i < PAGES; i++)
        CHECK_EQ(data[i * WORDS], i);
    mpg_barrier();
    uint64_t before = spmd_stats().bytes_sent;
    mpg_barrier();
    if (host == last)
        for (int i = 0; i < PAGES; i++)
            data[i * WORDS] = -i;
    mpg_barrier();
    sent[host] = spmd_stats().bytes_sent - before;
    mpg_barrier();
    uint64_t total = 0;
    for (int i = 0; i < hosts; i++)
        total += sent[i];
    if (host == 0)
        printf("%llu bytes for %d upgrades\n", (unsigned long long)total,
               PAGES);
    /* Each costs a few heads of 32 bytes for each host that had a copy. */
    CHECK_LT(total, (uint64_t)PAGES * 32 * (unsigned)(3 + 2 * hosts) + 20000);
    CHECK_LT(total, (uint64_t)PAGES * 4096 / 2);
    mpg_barrier();
    for (int i = 0; i < PAGES; i++)
        CHECK_EQ(data[i * WORDS], -i);
    return spmd_report();
}

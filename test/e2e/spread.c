/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * A program whose data is spread over the hosts loads them all alike: every
 * host reads and writes everything, and no host sends more than 35 % of all
 * messages (spread.sh looks at the total).
 */
#include "spmd.h"

enum { PAGES = 256, WORDS = 512, ROUNDS = 3 };

int main(void)
{
    int host = mpg_host(), hosts = mpg_hosts();
    volatile long *data = spmd_pages(PAGES * 4096);
    volatile uint64_t *sent = spmd_malloc((size_t)hosts * sizeof *sent);
    for (int round = 0; round < ROUNDS; round++) {
        for (int i = host; i < PAGES; i += hosts)
            data[i * WORDS] = round * PAGES + i;
        mpg_barrier();
        for (int i = 0; i < PAGES; i++)
            CHECK_EQ(data[(i + host) % PAGES * WORDS],
                     round * PAGES + (i + host) % PAGES);
        mpg_barrier();
    }
    sent[host] = spmd_stats().messages_sent;
    mpg_barrier();
    uint64_t total = 0;
    for (int i = 0; i < hosts; i++)
        total += sent[i];
    for (int i = 0; i < hosts && host == 0; i++) {
        printf("host %d: %llu of %llu messages\n", i,
               (unsigned long long)sent[i], (unsigned long long)total);
        if (hosts == 8)
            CHECK_LT(sent[i] * 100, total * 35);
    }
    return spmd_report();
}

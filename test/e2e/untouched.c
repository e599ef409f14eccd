/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Reading memory that nobody wrote moves no pages: 64 MiB cost under a tenth
 * of that on the wire, and are zeros or whatever all hosts agree on.
 */
#include "spmd.h"

enum { BYTES = 64 << 20, GRAIN = 4096 };

int main(void)
{
    volatile char *memory = spmd_pages(BYTES);
    uint64_t before = spmd_stats().bytes_sent;
    volatile uint64_t *sent = spmd_malloc((size_t)mpg_hosts() * sizeof *sent);
    int sum = 0;
    for (size_t i = 0; i < BYTES; i += GRAIN)
        sum |= memory[i];
    CHECK_EQ(sum, 0);
    mpg_barrier();
    sent[mpg_host()] = spmd_stats().bytes_sent - before;
    mpg_barrier();
    uint64_t total = 0;
    for (int host = 0; host < mpg_hosts(); host++)
        total += sent[host];
    if (mpg_host() == 0)
        printf("%llu bytes sent by %d hosts, %d read by each\n",
               (unsigned long long)total, mpg_hosts(), BYTES);
    CHECK_LT(total, (uint64_t)(mpg_hosts() - 1) * (BYTES / 10) + 100000);
    return spmd_report();
}

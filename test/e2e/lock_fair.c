/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Whoever waits for a lock gets it while others go on taking it: every host
 * keeps on until each has had its share.
 */
#include "spmd.h"

enum { SHARE = 40, LOCK = 3, LIMIT = 1000000 };

int main(void)
{
    int host = mpg_host(), hosts = mpg_hosts();
    volatile long *taken = spmd_malloc((size_t)hosts * sizeof *taken);
    long total = 0;
    for (int served = 0; served < hosts;) {
        mpg_lock(LOCK);
        taken[host]++;
        served = 0;
        total = 0;
        for (int i = 0; i < hosts; i++) {
            served += taken[i] >= SHARE;
            total += taken[i];
        }
        mpg_unlock(LOCK);
        CHECK_LT(total, LIMIT);
    }
    mpg_barrier();
    if (host == 0)
        for (int i = 0; i < hosts; i++) {
            printf("host %d: %ld of %ld\n", i, taken[i], total);
            CHECK_GE(taken[i], SHARE);
        }
    return spmd_report();
}

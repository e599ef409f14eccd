/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * A lock excludes: plain increments by three threads of every host add up.
 */
#include "spmd.h"

enum { THREADS = 3, ROUNDS = 100, LOCK = 7 };

static volatile long *number;

static void *count(void *unused)
{
    for (int i = 0; i < ROUNDS; i++) {
        mpg_lock(LOCK);
        long seen = *number;
        sched_yield(); /* ample time to be overtaken in */
        *number = seen + 1;
        mpg_unlock(LOCK);
    }
    return unused;
}

int main(void)
{
    number = spmd_malloc(sizeof *number);
    spmd_threads(THREADS, count);
    mpg_barrier();
    CHECK_EQ(*number, (long)THREADS * ROUNDS * mpg_hosts());
    CHECK_EQ(spmd_stats().locks, THREADS * ROUNDS);
    return spmd_report();
}

/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * One word that everybody increments: with lock-prefixed instructions from two
 * threads of each host the sum is right, and comes to an end.
 */
#include "spmd.h"

enum { THREADS = 2, ROUNDS = 1000000 };

static atomic_long *word;

static void *count(void *unused)
{
    for (int i = 0; i < ROUNDS; i++)
        atomic_fetch_add(word, 1);
    return unused;
}

int main(void)
{
    word = spmd_malloc(sizeof *word);
    spmd_threads(THREADS, count);
    mpg_barrier();
    printf("host %d: %llu times away\n", mpg_host(),
           (unsigned long long)spmd_stats().invalidations);
    CHECK_EQ(atomic_load(word), (long)THREADS * ROUNDS * mpg_hosts());
    return spmd_report();
}

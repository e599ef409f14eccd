/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Nobody leaves a barrier before everybody has come, round after round, and
 * any thread of a host may stand for it.
 */
#include "spmd.h"

enum { ROUNDS = 60 };

static atomic_long *arrived;

static void *rounds(void *unused)
{
    for (int i = 0; i < ROUNDS; i++) {
        long before = atomic_load(arrived);
        CHECK_GE(before, (long)i * mpg_hosts());
        atomic_fetch_add(arrived, 1);
        mpg_barrier();
        CHECK_GE(atomic_load(arrived), (long)(i + 1) * mpg_hosts());
        mpg_barrier();
    }
    return unused;
}

int main(void)
{
    arrived = spmd_malloc(sizeof *arrived);
    uint64_t barriers = spmd_stats().barriers;
    rounds(NULL);
    atomic_store(arrived, 0);
    mpg_barrier();
    spmd_threads(1, rounds);
    CHECK_EQ(spmd_stats().barriers - barriers, 4 * ROUNDS + 1);
    return spmd_report();
}

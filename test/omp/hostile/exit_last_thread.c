/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * exit by the last thread of the team, after output of its own, deep in a
 * call.
 */
// STATUS: 7
// THREADS: 2
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>

static void give_up(int depth, const char *why)
{
    if (depth == 0) {
        printf("giving up: %s\n", why);
        exit(7);
    }
    if (depth > 0)
        give_up(depth - 1, why);
}

int main(void)
{
#pragma omp parallel num_threads(2)
    {
        if (omp_get_thread_num() == omp_get_num_threads() - 1)
            give_up(5, "as agreed");
#pragma omp barrier
    }
    return 0;
}

/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * The routines about teams and levels, inside and outside of regions; each
 * asks on every thread.
 */
#include <omp.h>
#include <stdio.h>

int main(void)
{
    int wrong = 0;

    omp_set_dynamic(0);
    printf("%d %d %d %d %d %d\n", omp_get_num_threads(), omp_get_thread_num(),
           omp_in_parallel(), omp_get_level(), omp_get_active_level(),
           omp_get_dynamic());
    omp_set_num_threads(3);
    printf("%d\n", omp_get_max_threads());
#pragma omp parallel reduction(+ : wrong)
    {
        int me = omp_get_thread_num();
        wrong += omp_get_num_threads() != 3 || me < 0 || me > 2;
        wrong += omp_in_parallel() != 1 || omp_get_level() != 1;
        wrong += omp_get_active_level() != 1 || omp_get_max_threads() != 3;
        wrong += omp_get_ancestor_thread_num(0) != 0;
        wrong += omp_get_ancestor_thread_num(1) != me;
        wrong += omp_get_ancestor_thread_num(2) != -1;
        wrong += omp_get_team_size(0) != 1 || omp_get_team_size(1) != 3;
        wrong += omp_get_team_size(5) != -1;
        wrong += omp_get_thread_limit() < 1;
        /* It counts for the regions of this thread, not for those of main. */
        omp_set_num_threads(2 + me);
        wrong += omp_get_max_threads() != 2 + me;
    }
    printf("%d %d\n", wrong, omp_get_thread_limit() >= 3);
    omp_set_num_threads(5);
#pragma omp parallel
#pragma omp single
    printf("%d\n", omp_get_num_threads());
    return 0;
}

/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * What the routines answer.
 *
 * RUN: %same %s
 */
#include <omp.h>
#include <stdio.h>

int main(void)
{
    omp_sched_t kind;
    int chunk;
    double begin = omp_get_wtime();
    omp_set_schedule(omp_sched_guided, 12);
    omp_get_schedule(&kind, &chunk);
    printf("%d %d\n", (int)kind, chunk);
    omp_set_dynamic(0);
    printf("%d %d %d\n", omp_get_dynamic(), omp_in_parallel(),
           omp_get_thread_num());
    printf("%d\n", omp_get_num_procs() >= 1 && omp_get_thread_limit() >= 1);
    printf("%d %d %d\n", omp_get_ancestor_thread_num(0),
           omp_get_ancestor_thread_num(1), omp_get_team_size(0));
#pragma omp parallel num_threads(3)
#pragma omp single
    printf("%d %d %d %d\n", omp_get_num_threads(), omp_in_parallel(),
           omp_get_level(), omp_get_active_level());
    omp_set_num_threads(2);
    printf("%d %d\n", omp_get_max_threads(), omp_in_final());
    printf("%d %d\n", omp_get_num_devices(), omp_is_initial_device());
    printf("%d %d\n", omp_get_wtime() >= begin, omp_get_wtick() > 0);
    return 0;
}

/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * The routines that set and tell: dynamic, nested levels, schedule,
 * cancellation, places, devices, versions.
 */
#include <omp.h>
#include <stdio.h>

int main(void)
{
    omp_set_dynamic(1);
    printf("%d ", omp_get_dynamic() != 0);
    omp_set_dynamic(0);
    printf("%d\n", omp_get_dynamic());
    omp_set_max_active_levels(1);
    printf("%d ", omp_get_max_active_levels());
    omp_set_schedule(omp_sched_dynamic, 11);
    omp_sched_t kind;
    int chunk;
    omp_get_schedule(&kind, &chunk);
    printf("%d %d\n", (kind & 0x7fffffff) == omp_sched_dynamic, chunk);
    printf("%d %d ", omp_get_cancellation(), omp_is_initial_device());
    printf("%d %d\n", omp_get_num_teams(), omp_get_team_num());
    /* What depends on the machine is only asked. */
    printf("%d %d %d\n", omp_get_num_procs() >= 1, omp_get_num_places() >= 0,
           omp_get_proc_bind() >= omp_proc_bind_false);
    printf("%d %d\n", omp_get_default_device() >= 0,
           omp_get_num_devices() >= 0);
    printf("%d %d\n", omp_get_wtick() > 0, omp_get_wtick() < 1);
#ifdef _OPENMP
    printf("%d\n", _OPENMP >= 201511);
#endif
    return 0;
}

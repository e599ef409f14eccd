/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * schedule(runtime) with the schedule from OMP_SCHEDULE, static here, which
 * omp_get_schedule tells.
 */
// ENV: OMP_SCHEDULE=static,4
#include <omp.h>
#include <stdio.h>

int main(void)
{
    omp_sched_t kind;
    int chunk, times[90] = {0}, wrong = 0, owner[90];

    omp_get_schedule(&kind, &chunk);
    /* The highest bit says monotonic, which is the runtime's affair. */
    printf("%d %d\n", (int)(kind & 0x7fffffff) == omp_sched_static, chunk);
#pragma omp parallel for schedule(runtime) num_threads(3)
    for (int i = 0; i < 90; i++) {
        times[i]++;
        owner[i] = omp_get_thread_num();
    }
    for (int i = 0; i < 90; i++) {
        wrong += times[i] != 1;
        if (kind != omp_sched_guided)
            wrong += owner[i] != owner[i / chunk * chunk];
    }
    printf("%d\n", wrong);
    return 0;
}

/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * schedule(runtime) with the schedule that omp_set_schedule set; the team
 * inherits it.
 */
#include <omp.h>
#include <stdio.h>

int main(void)
{
    static const omp_sched_t kinds[] = {omp_sched_static, omp_sched_dynamic,
                                        omp_sched_guided, omp_sched_auto};
    for (int k = 0; k < 4; k++)
        for (int chunk = 1; chunk < 20; chunk += 6) {
            int wrong = 0, count = 0;
            omp_set_schedule(kinds[k], chunk);
#pragma omp parallel num_threads(3) reduction(+ : wrong, count)
            {
                omp_sched_t kind;
                int got;
                omp_get_schedule(&kind, &got);
                wrong +=
                    (kind & 0x7fffffff) != kinds[k] || (k < 3 && got != chunk);
#pragma omp for schedule(runtime)
                for (int i = 0; i < 100; i++) {
                    count++;
                    if (k == 0)
                        wrong += omp_get_thread_num() != i / chunk % 3;
                }
            }
            printf("%d %d: %d %d\n", k, chunk, wrong, count);
        }
    return 0;
}

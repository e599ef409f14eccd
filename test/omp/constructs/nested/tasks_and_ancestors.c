/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Inner regions ask for the outer ones: ancestor numbers and team sizes;
 * threadprivate data of the thread stays; tasks of an inner region end with
 * it.
 */
// ENV: OMP_MAX_ACTIVE_LEVELS=1
#include <omp.h>
#include <stdio.h>

static int own;
#pragma omp threadprivate(own)

int main(void)
{
    int wrong = 0;

#pragma omp parallel num_threads(3) reduction(+ : wrong)
    {
        int me = omp_get_thread_num(), done = 0;
        own = me + 1;
#pragma omp parallel num_threads(2) reduction(+ : wrong) shared(done)
        {
            wrong += omp_get_ancestor_thread_num(1) != me;
            wrong += omp_get_team_size(1) != 3 || omp_get_team_size(2) != 1;
            wrong += omp_get_thread_num() != 0 || own != me + 1;
            for (int i = 0; i < 5; i++) {
#pragma omp task shared(done)
                {
#pragma omp atomic
                    done++;
                }
            }
        }
        wrong += done != 5 || omp_get_level() != 1;
#pragma omp barrier
        wrong += omp_get_thread_num() != me;
    }
    printf("%d\n", wrong);
    return 0;
}

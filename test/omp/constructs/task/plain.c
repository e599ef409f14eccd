/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * task: all are done at the end of the region, at a barrier, and at the
 * barrier of single; created by one thread, by all, and by tasks.
 */
#include <stdio.h>

static int done[300];

int main(void)
{
    int wrong = 0, nested = 0;

#pragma omp parallel num_threads(4)
    {
#pragma omp single
        for (int i = 0; i < 100; i++) {
#pragma omp task
            done[i]++;
        }
#pragma omp for reduction(+ : wrong)
        for (int i = 0; i < 100; i++)
            wrong += done[i] != 1;
#pragma omp for
        for (int i = 100; i < 200; i++) {
#pragma omp task firstprivate(i)
            done[i] += 2;
        }
#pragma omp single nowait
        {
#pragma omp task shared(nested)
            for (int i = 200; i < 300; i++) {
#pragma omp task
                {
                    done[i] += 3;
#pragma omp atomic
                    nested++;
                }
            }
        }
    }
    for (int i = 0; i < 300; i++)
        wrong += done[i] != 1 + i / 100;
    printf("%d %d\n", wrong, nested);
    return 0;
}

/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * for with the dynamic schedule: every iteration once, chunks whole and
 * within one thread, several loops in one region.
 */
#include <omp.h>
#include <stdio.h>

int main(void)
{
    enum { N = 211 };
    int times[N] = {0}, owner[N];
    int wrong = 0;

#pragma omp parallel num_threads(4)
    for (int round = 1; round <= 6; round++) {
#pragma omp for schedule(dynamic, 5)
        for (int i = 0; i < N; i++) {
            times[i]++;
            owner[i] = omp_get_thread_num();
        }
#pragma omp for reduction(+ : wrong)
        for (int i = 0; i < N; i++)
            wrong += times[i] != round || owner[i] != owner[i / 5 * 5];
    }
    printf("%d\n", wrong);
    return 0;
}

/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * for with the static schedule: every iteration once, blocks in the order of
 * the threads, the same blocks in every loop of the same bounds.
 */
#include <omp.h>
#include <stdio.h>

int main(void)
{
    enum { N = 103 };
    int owner[N], again[N], times[N] = {0};
    int wrong = 0;

#pragma omp parallel num_threads(4)
    {
#pragma omp for schedule(static)
        for (int i = 0; i < N; i++) {
            owner[i] = omp_get_thread_num();
            times[i]++;
        }
#pragma omp for schedule(static) nowait
        for (int i = 0; i < N; i++)
            again[i] = omp_get_thread_num();
    }
    for (int i = 0; i < N; i++) {
        wrong += times[i] != 1 || owner[i] != again[i];
        wrong += i > 0 && owner[i] < owner[i - 1];
    }
    printf("%d, first %d, last %d\n", wrong, owner[0], owner[N - 1]);
    return 0;
}

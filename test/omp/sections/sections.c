/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * sections, with lastprivate and reduction.
 *
 * RUN: %same %s
 */
#include <stdio.h>

static int done[6];

int main(void)
{
    int last = 0, sum = 0;
#pragma omp parallel sections lastprivate(last) reduction(+ : sum)
    {
        last = done[0] = 1, sum += 1;
#pragma omp section
        last = done[1] = 2, sum += 2;
#pragma omp section
        last = done[2] = 3, sum += 3;
#pragma omp section
        last = done[3] = 4, sum += 4;
#pragma omp section
        last = done[4] = 5, sum += 5;
    }
    for (int i = 0; i < 6; i++)
        printf("%d ", done[i]);
    printf("%d %d\n", last, sum);
#pragma omp parallel
    {
#pragma omp sections nowait
        {
            done[0] = 10;
#pragma omp section
            done[5] = 11;
        }
#pragma omp barrier
#pragma omp single
        printf("%d %d\n", done[0], done[5]);
    }
    return 0;
}

/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Threads that are several loops ahead.
 *
 * RUN: %same %s
 */
#include <stdio.h>

#define N 1200
static int hits[N];

int main(void)
{
    int wrong = 0;
#pragma omp parallel num_threads(4)
    {
#pragma omp for nowait schedule(dynamic)
        for (int i = 0; i < 200; i++)
            hits[i]++;
#pragma omp for nowait schedule(static)
        for (int i = 200; i < 400; i++)
            hits[i]++;
        for (int k = 0; k < 40; k++) {
#pragma omp for nowait schedule(dynamic, 2)
            for (int i = 400 + 20 * k; i < 420 + 20 * k; i++)
                hits[i]++;
        }
    }
    for (int i = 0; i < N; i++)
        wrong += hits[i] != 1;
    printf("%d wrong\n", wrong);
    return 0;
}

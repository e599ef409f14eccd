/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Dependences, taskwait with them, undeferred tasks.
 *
 * RUN: %same %s
 */
#include <stdio.h>

static int x, y, z, chain[10];

int main(void)
{
#pragma omp parallel
#pragma omp single
    {
#pragma omp task depend(out : x)
        x = 1;
#pragma omp task depend(in : x) depend(out : y)
        y = x + 1;
#pragma omp task depend(in : x) depend(out : z)
        z = x + 2;
#pragma omp task depend(in : y, z)
        printf("%d %d %d\n", x, y, z);
#pragma omp taskwait
        for (int i = 0; i < 20; i++) {
#pragma omp task depend(inout : x) firstprivate(i)
            x = x * 3 % 1009 + i;
        }
#pragma omp task if (0) depend(in : x)
        printf("%d\n", x);
#pragma omp task depend(inout : x) priority(3)
        x++;
#pragma omp task depend(mutexinoutset : x)
        x += 5;
#pragma omp taskwait depend(in : x)
        printf("%d\n", x);
        for (int round = 0; round < 5; round++)
            for (int i = 1; i < 10; i++) {
#pragma omp task depend(in : chain[i - 1]) depend(inout : chain[i])
                chain[i] += chain[i - 1] + 1;
            }
    }
    for (int i = 0; i < 10; i++)
        printf("%d ", chain[i]);
    printf("\n");
    return 0;
}

/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * 2,000 regions in a loop, globals changed in between.
 *
 * RUN: %same %s
 */
#include <stdio.h>

static int step, table[64];
static double *pointer;

static void work(int i)
{
    table[i] += step;
}

int main(void)
{
    double local[64];
    void (*function)(int) = work;
    for (int i = 0; i < 64; i++)
        local[i] = 0;
    pointer = local;
    for (step = 0; step < 2000; step++) {
#pragma omp parallel for num_threads(3)
        for (int i = 0; i < 6; i++) {
            function(i);
            pointer[i] += 0.5;
        }
        pointer[0] += step % 2;
    }
    long sum = 0;
    for (int i = 0; i < 64; i++)
        sum += table[i];
    printf("%ld %g %g\n", sum, local[0], local[5]);
    return 0;
}

/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * taskloop with a reduction.
 */
// HARD: task reductions
#include <stdio.h>

int main(void)
{
    long sum = 3, most = 0;

#pragma omp parallel num_threads(4)
#pragma omp single
#pragma omp taskloop reduction(+ : sum) reduction(max : most) grainsize(5)
    for (int i = 0; i < 100; i++) {
        sum += i;
        most = i * 7 % 101 > most ? i * 7 % 101 : most;
    }
    printf("%ld %ld\n", sum, most);
    return 0;
}

/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * taskyield, and many small tasks that yield.
 */
#include <stdio.h>

int main(void)
{
    long sum = 0;

#pragma omp parallel num_threads(4)
#pragma omp single
    for (int i = 0; i < 60; i++) {
#pragma omp task shared(sum) untied
        {
#pragma omp taskyield
#pragma omp atomic
            sum += i;
        }
    }
    printf("%ld\n", sum);
    return 0;
}

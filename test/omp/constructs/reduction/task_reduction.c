/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Reductions over tasks: taskgroup task_reduction with in_reduction, and
 * parallel with the task modifier.
 */
// REFUSED: clause 'reduction(task, ...)' is not supported across hosts
#include <stdio.h>

int main(void)
{
    long sum = 7, modified = 0;

#pragma omp parallel num_threads(4)
#pragma omp single
#pragma omp taskgroup task_reduction(+ : sum)
    for (int i = 0; i < 50; i++) {
#pragma omp task in_reduction(+ : sum)
        sum += i;
    }
#pragma omp parallel reduction(task, + : modified) num_threads(3)
    {
#pragma omp single
        for (int i = 0; i < 20; i++) {
#pragma omp task in_reduction(+ : modified)
            modified += i;
        }
    }
    printf("%ld %ld\n", sum, modified);
    return 0;
}

/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Reductions over tasks: taskgroup task_reduction with in_reduction, and
 * parallel with the task modifier.
 */
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
    long loop = 1, product = 2;
#pragma omp parallel num_threads(4)
    {
#pragma omp for reduction(task, + : loop)
        for (int i = 0; i < 100; i++) {
            loop += 2;
#pragma omp task in_reduction(+ : loop) firstprivate(i)
            {
                loop += i;
#pragma omp task in_reduction(+ : loop)
                loop += 1000;
            }
        }
#pragma omp sections reduction(task, * : product)
        {
#pragma omp section
#pragma omp task in_reduction(* : product)
            product *= 3;
#pragma omp section
            product *= 5;
        }
    }
    printf("%ld %ld %ld %ld\n", sum, modified, loop, product);
    return 0;
}

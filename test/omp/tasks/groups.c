/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * taskgroup, taskloop, reductions of tasks, final.
 *
 * RUN: %same %s
 */
#include <omp.h>
#include <stdio.h>

static int values[300];

int main(void)
{
    long sum = 0, total = 0;
    int count = 0;
#pragma omp parallel
#pragma omp single
    {
        int last = 0;
#pragma omp taskloop grainsize(7)
        for (int i = 0; i < 300; i++)
            values[i] += i;
#pragma omp taskloop num_tasks(5) reduction(+ : sum)
        for (int i = 0; i < 300; i++)
            sum += values[i];
#pragma omp taskloop lastprivate(last) collapse(2)
        for (int i = 0; i < 30; i++)
            for (int k = 0; k < 10; k++)
                last = i * 10 + k;
        printf("%ld %d\n", sum, last);
#pragma omp taskgroup task_reduction(+ : total)
        {
            for (int i = 0; i < 40; i++) {
#pragma omp task in_reduction(+ : total)
                total += i;
            }
        }
        printf("%ld\n", total);
#pragma omp taskgroup
        for (int i = 0; i < 10; i++) {
#pragma omp task
            {
#pragma omp task
                {
#pragma omp atomic
                    count++;
                }
            }
        }
        printf("%d\n", count);
#pragma omp task final(1)
        {
#pragma omp task
            printf("final %d\n", omp_in_final());
        }
    }
    return 0;
}

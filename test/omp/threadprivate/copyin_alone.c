/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * copyin of a region of one thread: that thread is its master, and its values
 * stay what they are, also in a region within another, where each has its own.
 *
 * RUN: %same %s
 */
#include <omp.h>
#include <stdio.h>

static int number = 7, list[5], untouched = 3;
#pragma omp threadprivate(number, list, untouched)

int main(void)
{
    int wrong = 0;

    number = 1;
    list[3] = 2;
#pragma omp parallel copyin(number, list) num_threads(4)
    number += list[3];
    number = 5;
    list[3] = 9;
#pragma omp parallel if (0) copyin(number, list)
    number *= 10;
    printf("%d %d\n", number, list[3]);
#pragma omp parallel num_threads(4) reduction(+ : wrong)
    {
        int me = omp_get_thread_num();
        number = list[4] = 100 + me;
#pragma omp parallel num_threads(1) copyin(list, number)
        wrong += number != 100 + me || list[4] != 100 + me;
        wrong += number != 100 + me;
    }
    /* What the master has never looked at. */
#pragma omp parallel copyin(untouched) num_threads(4) reduction(+ : wrong)
    {
        wrong += untouched != 3;
        untouched = omp_get_thread_num();
    }
    untouched = 8;
#pragma omp parallel copyin(untouched) num_threads(4) reduction(+ : wrong)
    wrong += untouched != 8;
    printf("%d\n", wrong);
    return 0;
}

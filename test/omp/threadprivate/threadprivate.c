/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * threadprivate: copies last from region to region; copyin.
 *
 * RUN: %same %s
 */
#include <omp.h>
#include <stdio.h>

static int number = 7;
static double table[10] = {1, 2, 3};
#pragma omp threadprivate(number, table)

static int *where(void)
{
    static int calls;
#pragma omp threadprivate(calls)
    calls++;
    return &calls;
}

int main(void)
{
    int wrong = 0;
#pragma omp parallel num_threads(4) reduction(+ : wrong)
    {
        wrong += number != 7 || table[2] != 3;
        wrong += *where() != 1;
    }
    number = 11;
    table[3] = 4;
#pragma omp parallel copyin(number, table) num_threads(4) reduction(+ : wrong)
    {
        wrong += number != 11 || table[3] != 4;
        number += omp_get_thread_num();
    }
#pragma omp parallel num_threads(4) reduction(+ : wrong)
    {
        wrong += number != 11 + omp_get_thread_num();
        wrong += *where() != 2;
    }
    number = 100;
#pragma omp parallel copyin(number) num_threads(4) reduction(+ : wrong)
    wrong += number != 100;
    printf("%d %d %g\n", wrong, number, table[3]);
    return 0;
}

/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * What threads print in turns keeps their order.
 *
 * RUN: %same %s
 */
#include <omp.h>
#include <stdio.h>

int main(void)
{
    printf("begin\n");
#pragma omp parallel num_threads(4)
    {
        for (int turn = 0; turn < 12; turn++) {
            if (omp_get_thread_num() == turn % 4)
                printf("turn %d\n", turn);
#pragma omp barrier
        }
#pragma omp single
        printf("single\n");
    }
    for (int i = 0; i < 4; i++) {
#pragma omp parallel num_threads(4)
        if (omp_get_thread_num() == 3 - i)
            printf("region %d ", i), puts("of four");
        printf("between\n");
    }
#pragma omp parallel for ordered schedule(static, 1)
    for (int i = 0; i < 60; i++) {
#pragma omp ordered
        for (int k = 0; k < 30; k++)
            printf("line %d %d, which is long so that buffers fill\n", i, k);
    }
    printf("end");
    return 0;
}

/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * ordered: what is printed comes in the order of iterations.
 *
 * RUN: %same %s
 */
#include <stdio.h>

static int order[100], count;

int main(void)
{
#pragma omp parallel for ordered schedule(static, 2)
    for (int i = 0; i < 30; i++) {
#pragma omp ordered
        printf("static %d\n", i);
    }
#pragma omp parallel for ordered schedule(guided)
    for (int i = 0; i < 30; i++)
        if (i % 3 == 0) {
#pragma omp ordered
            printf("guided %d\n", i);
        }
#pragma omp parallel for ordered
    for (int i = 10; i > 0; i -= 2) {
#pragma omp ordered
        printf("block %d\n", i);
    }
#pragma omp parallel for ordered schedule(dynamic)
    for (long i = 0; i < 100; i++) {
#pragma omp ordered
        order[count++] = (int)i;
    }
    int wrong = 0;
    for (int i = 0; i < 100; i++)
        wrong += order[i] != i;
    printf("%d %d\n", count, wrong);
    return 0;
}

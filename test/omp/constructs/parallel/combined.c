/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * parallel for, parallel sections and for simd, with clauses of both parts.
 */
#include <stdio.h>

int main(void)
{
    int a[100], first = 10, last = 0, s1 = 0, s2 = 0;
    long sum = 0;

#pragma omp parallel for if (1) num_threads(3) firstprivate(first)             \
    lastprivate(last) schedule(static, 7) reduction(+ : sum)
    for (int i = 0; i < 100; i++) {
        a[i] = first + i;
        last = a[i];
        sum += last;
    }
#pragma omp parallel sections num_threads(2)
    {
        s1 = a[99];
#pragma omp section
        s2 = a[0];
    }
#pragma omp parallel for simd schedule(static) reduction(+ : sum)
    for (int i = 0; i < 100; i++)
        sum += a[i] * 2;
    printf("%ld %d %d %d\n", sum, last, s1, s2);
    return 0;
}

/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Dynamic loops that are empty, downwards, unsigned, long, with chunks
 * larger than the loop, and many of them without waiting in between.
 */
#include <limits.h>
#include <stdio.h>

int main(void)
{
    long sum = 0, many = 0;
    unsigned long far = 0;

#pragma omp parallel num_threads(3) reduction(+ : sum, many, far)
    {
#pragma omp for schedule(dynamic) nowait
        for (int i = 3; i < 3; i++)
            sum += 1000000;
#pragma omp for schedule(dynamic, 100) nowait
        for (int i = 0; i < 20; i++)
            sum += i;
#pragma omp for schedule(dynamic, 3) nowait
        for (long i = 100; i > -100; i -= 9)
            sum += i;
#pragma omp for schedule(dynamic, 2) nowait
        for (unsigned u = UINT_MAX - 9; u < UINT_MAX; u++)
            sum += UINT_MAX - u;
#pragma omp for schedule(dynamic, 4) nowait
        for (unsigned long u = ULONG_MAX - 70; u < ULONG_MAX - 1; u += 7)
            far += ULONG_MAX - u;
#pragma omp for schedule(dynamic, 2) nowait
        for (long long i = LLONG_MIN + 1; i < LLONG_MIN + 12; i++)
            sum += (long)(i - LLONG_MIN);
        for (int loop = 0; loop < 40; loop++) {
#pragma omp for schedule(dynamic, 1) nowait
            for (int i = 0; i < 6; i++)
                many += loop * i;
        }
    }
    printf("%ld %lu %ld\n", sum, far, many);
    return 0;
}

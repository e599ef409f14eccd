/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Loops of every shape: empty, of one iteration, downwards, with large
 * steps, to the ends of their types, unsigned, long, over pointers.
 */
#include <limits.h>
#include <stdio.h>

static char text[] = "abcdefghijklmnopqrstuvwxyz";

int main(void)
{
    long sums[10] = {0};
    long long wide = 0;
    unsigned long far = 0;

#pragma omp parallel num_threads(4)
    {
#pragma omp for reduction(+ : sums[0])
        for (int i = 5; i < 5; i++)
            sums[0]++;
#pragma omp for reduction(+ : sums[1])
        for (int i = 7; i <= 7; i++)
            sums[1] += i;
#pragma omp for reduction(+ : sums[2])
        for (int i = 99; i >= -99; i -= 13)
            sums[2] += i * i;
#pragma omp for reduction(+ : sums[3])
        for (int i = INT_MAX - 10; i < INT_MAX - 1; i += 3)
            sums[3] += INT_MAX - i;
#pragma omp for reduction(+ : sums[4])
        for (int i = INT_MIN; i < INT_MIN + 20; i += 6)
            sums[4] += (long)i - INT_MIN;
#pragma omp for reduction(+ : sums[5])
        for (unsigned u = 0xfffffff0u; u < 0xfffffffeu; u++)
            sums[5] += 0xffffffffu - u;
#pragma omp for reduction(+ : wide) schedule(static, 2)
        for (long long i = 10000000000ll; i > 9999999900ll; i -= 7)
            wide += i;
#pragma omp for reduction(+ : far)
        for (unsigned long u = ULONG_MAX - 50; u < ULONG_MAX - 1; u += 5)
            far += ULONG_MAX - u;
#pragma omp for reduction(+ : sums[6])
        for (const char *c = text; c < text + 26; c += 5)
            sums[6] += *c;
#pragma omp for reduction(+ : sums[7])
        for (short s = -3; s < 300; s += 100)
            sums[7] += s;
#pragma omp for reduction(+ : sums[8])
        for (int i = 0; i != 60; i++)
            sums[8] += i;
#pragma omp for reduction(+ : sums[9])
        for (int i = 10; i < -10; i++)
            sums[9]++;
    }
    for (int i = 0; i < 10; i++)
        printf("%ld ", sums[i]);
    printf("%lld %lu\n", wide, far);
    return 0;
}

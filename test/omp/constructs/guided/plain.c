/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * for with the guided schedule: every iteration once, with and without a
 * least chunk, in int and long.
 */
#include <stdio.h>

int main(void)
{
    enum { N = 1000 };
    static int times[N];
    long sum = 0;

#pragma omp parallel num_threads(4)
    {
#pragma omp for schedule(guided)
        for (int i = 0; i < N; i++)
            times[i]++;
#pragma omp for schedule(guided, 8)
        for (int i = N - 1; i >= 0; i--)
            times[i] += 10;
#pragma omp for schedule(guided, 3) reduction(+ : sum)
        for (unsigned long u = 7; u < 7000; u += 7)
            sum += (long)u;
#pragma omp for schedule(guided) reduction(+ : sum)
        for (long i = 0; i < 0; i++)
            sum++;
    }
    int wrong = 0;
    for (int i = 0; i < N; i++)
        wrong += times[i] != 11;
    printf("%d %ld\n", wrong, sum);
    return 0;
}

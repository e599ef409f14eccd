/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * nowait: a thread goes on to the next loop at once; where the static blocks
 * are the same it may use what it has just written.
 */
#include <omp.h>
#include <stdio.h>

int main(void)
{
    enum { N = 400 };
    static long a[N], b[N], c[N];
    int early = 0;

#pragma omp parallel num_threads(4) reduction(+ : early)
    {
#pragma omp for schedule(static) nowait
        for (int i = 0; i < N; i++)
            a[i] = i;
#pragma omp for schedule(static) nowait
        for (int i = 0; i < N; i++)
            b[i] = a[i] * 2;
#pragma omp single nowait
        early += 1;
#pragma omp sections nowait
        {
#pragma omp section
            early += 10;
#pragma omp section
            early += 100;
        }
#pragma omp barrier
#pragma omp for schedule(static, 7)
        for (int i = 0; i < N; i++)
            c[i] = b[N - 1 - i];
    }
    long sum = 0;
    for (int i = 0; i < N; i++)
        sum += c[i] * (i + 1);
    printf("%ld %d\n", sum, early);
    return 0;
}

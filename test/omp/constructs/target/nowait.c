/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * target nowait: a task, with dependences as any other.
 */
#include <stdio.h>

enum { N = 500 };

static int a[N], b[N];

#pragma omp declare target
static int twice(int x)
{
    return 2 * x;
}
#pragma omp end declare target

int main(void)
{
    long sum = 0;
#pragma omp parallel
#pragma omp single
    {
#pragma omp target map(from : a) nowait depend(out : a)
        for (int i = 0; i < N; i++)
            a[i] = i;
#pragma omp target map(to : a) map(from : b) nowait depend(in : a)             \
    depend(out : b)
        for (int i = 0; i < N; i++)
            b[i] = twice(a[i]) + 1;
#pragma omp task depend(in : b) shared(sum)
        for (int i = 0; i < N; i++)
            sum += b[i];
#pragma omp taskwait
        printf("%ld %d\n", sum, b[N - 1]);
    }
    return 0;
}

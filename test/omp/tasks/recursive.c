/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Recursion by tasks: Fibonacci and mergesort.
 *
 * RUN: %same %s
 */
#include <stdio.h>
#include <stdlib.h>

static long fib(int n)
{
    long a, b;
    if (n < 2)
        return n;
    if (n < 11)
        return fib(n - 1) + fib(n - 2);
#pragma omp task shared(a)
    a = fib(n - 1);
#pragma omp task shared(b) if (n % 2)
    b = fib(n - 2);
#pragma omp taskwait
    return a + b;
}

static int compare(const void *a, const void *b)
{
    return *(const int *)a - *(const int *)b;
}

static void sort(int *data, int *space, int n)
{
    int half = n / 2, i = 0, k = half, at = 0;
    if (n < 100) {
        qsort(data, (size_t)n, sizeof *data, compare);
        return;
    }
#pragma omp task untied
    sort(data, space, half);
#pragma omp task priority(1)
    sort(data + half, space + half, n - half);
#pragma omp taskwait
    while (i < half && k < n)
        space[at++] = data[i] <= data[k] ? data[i++] : data[k++];
    while (i < half)
        space[at++] = data[i++];
    while (k < n)
        space[at++] = data[k++];
    for (i = 0; i < n; i++)
        data[i] = space[i];
}

int main(void)
{
    enum { N = 3000 };
    static int space[N];
    int *data = malloc(N * sizeof *data), ok = 1;
    unsigned random = 1;
    long value = 0;
#pragma omp parallel
#pragma omp single
    value = fib(18);
    for (int i = 0; i < N; i++) {
        random = random * 1103515245 + 12345;
        data[i] = random >> 16 & 0x7fff;
    }
#pragma omp parallel
#pragma omp single nowait
    sort(data, space, N);
    for (int i = 1; i < N; i++)
        ok &= data[i - 1] <= data[i];
    printf("%ld %d %d %d\n", value, ok, data[0], data[N - 1]);
    free(data);
    return 0;
}

/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Tasks that refer to locals of the function that made them, and write there
 * while it waits; and firstprivate arrays and pointers that outlive the
 * scope.
 */
#include <stdio.h>
#include <stdlib.h>

static long fib(int n)
{
    long a = 0, b = 0;

    if (n < 2)
        return n;
#pragma omp task shared(a) if (n > 8)
    a = fib(n - 1);
#pragma omp task shared(b) if (n > 8)
    b = fib(n - 2);
#pragma omp taskwait
    return a + b;
}

/* The loop's array is gone, or another, when the task runs. */
static void spread(int *result)
{
    for (int i = 0; i < 30; i++) {
        int parts[4] = {i, i * i, -i, 7};
        int *copy = malloc(sizeof parts);
        for (int k = 0; k < 4; k++)
            copy[k] = parts[k] * 2;
#pragma omp task firstprivate(parts)
        {
            result[i] = parts[0] + parts[1] + parts[2] + parts[3];
            for (int k = 0; k < 4; k++)
                result[i] += copy[k];
            free(copy);
        }
        parts[3] = 1000;
    }
#pragma omp taskwait
}

static void chain(int depth, long *sum)
{
    long mine = depth;
    if (depth == 0)
        return;
#pragma omp task shared(mine)
    {
        long inner = mine * 2;
#pragma omp task shared(inner)
        inner++;
#pragma omp taskwait
        mine = inner;
    }
    chain(depth - 1, sum);
#pragma omp taskwait
#pragma omp atomic
    *sum += mine;
}

int main(void)
{
    int result[30];
    long number = 0, sum = 0;

#pragma omp parallel
    {
#pragma omp single nowait
        number = fib(16);
#pragma omp single
        {
            spread(result);
            chain(25, &sum);
        }
    }
    long total = 0;
    for (int i = 0; i < 30; i++)
        total = total * 3 % 1000003 + result[i];
    printf("%ld %ld %ld\n", number, total, sum);
    return 0;
}

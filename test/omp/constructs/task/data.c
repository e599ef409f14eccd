/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * What tasks see: firstprivate of scalars, structs and arrays by default and
 * by clause, shared, private, default(none).
 */
#include <stdio.h>

struct pair {
    long a, b;
};

static long results[40];

static void make(int i, int n)
{
    struct pair pair = {i, 2 * i};
    int list[8], scratch = -1;

    for (int k = 0; k < 8; k++)
        list[k] = i + k;
#pragma omp task default(none) firstprivate(pair, list, i, n) private(scratch) \
    shared(results)
    {
        scratch = 0;
        for (int k = 0; k < n; k++)
            scratch += list[k] * k;
        results[i] = pair.a + pair.b + list[7] + scratch;
    }
    pair.a = -1000;
    list[7] = -1000;
}

int main(void)
{
    long total = 0;

#pragma omp parallel num_threads(4)
#pragma omp single
    for (int i = 0; i < 40; i++)
        make(i, 1 + i % 5);
    for (int i = 0; i < 40; i++)
        total = total * 3 % 1000003 + results[i];
    printf("%ld\n", total);
    return 0;
}

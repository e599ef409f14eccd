/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * critical, named and with a hint; nested ones of two names.
 *
 * RUN: %same %s
 */
#include <stdio.h>
#include <stdlib.h>

static long count, others, inner;
static int *list, length;

int main(void)
{
#pragma omp parallel num_threads(4)
    for (int i = 0; i < 60; i++) {
#pragma omp critical
        count++;
#pragma omp critical(other) hint(1)
        {
            others += 2;
#pragma omp critical(inner)
            inner += 10;
        }
#pragma omp critical(list)
        {
            list = realloc(list, (size_t)(length + 1) * sizeof *list);
            list[length++] = i;
        }
    }
    long sum = 0;
    for (int i = 0; i < length; i++)
        sum += list[i];
    free(list);
    printf("%ld %ld %ld %d %ld\n", count, others, inner, length, sum);
    return 0;
}

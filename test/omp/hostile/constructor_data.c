/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Constructor functions that change shared data before main, and destructor
 * functions after it: each acts once, in the whole program.
 */
#include <stdio.h>
#include <stdlib.h>

static int count = 5;
static int *table;
static int order[4], calls;

__attribute__((constructor(200))) static void first(void)
{
    count *= 2;
    order[calls++] = 1;
}

__attribute__((constructor)) static void second(void)
{
    count += 3;
    order[calls++] = 2;
    table = malloc(50 * sizeof *table);
    for (int i = 0; i < 50; i++)
        table[i] = i * count;
}

__attribute__((destructor)) static void last(void)
{
    printf("last: %d, %d\n", ++count, table[49]);
    free(table);
}

int main(void)
{
    long sum = 0;

#pragma omp parallel for reduction(+ : sum)
    for (int i = 0; i < 50; i++)
        sum += table[i]++;
    printf("%d %d %d %d %ld\n", count, calls, order[0], order[1], sum);
    return 0;
}

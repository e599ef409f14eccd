/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * More threads than anybody needs, which all begin at the same time: they have
 * small stacks then, and not each a new part of the memory to take one from.
 *
 * RUN: env MILLIPAGE_MEMORY=4G %same %s
 * RUN: env SHAPES=4x1 LEVELS=O2 %same %s
 */
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>

int main(void)
{
    int threads = 0;
    long sum = 0;
#pragma omp parallel num_threads(1000) reduction(+ : threads, sum)
    {
        int mine[100];
        for (int i = 0; i < 100; i++)
            mine[i] = i + omp_get_thread_num();
        threads++;
        sum += mine[omp_get_thread_num() % 100];
    }
    char *large = malloc((size_t)200 << 20);
    printf("%d %ld %d\n", threads, sum, large != NULL);
    free(large);
    return 0;
}

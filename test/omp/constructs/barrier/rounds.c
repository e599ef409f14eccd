/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * barrier: hundreds in a row, with data handed from neighbour to neighbour
 * between them.
 */
#include <omp.h>
#include <stdio.h>

int main(void)
{
    long value[5] = {1, 2, 3, 4, 5}, next[5];

#pragma omp parallel num_threads(5)
    {
        int me = omp_get_thread_num();
        for (int round = 0; round < 300; round++) {
            next[me] = (value[(me + 1) % 5] * 3 + value[me]) % 10007;
#pragma omp barrier
            value[me] = next[me];
#pragma omp barrier
        }
    }
    for (int i = 0; i < 5; i++)
        printf("%ld ", value[i]);
    putchar('\n');
    return 0;
}

/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * collapse of loops whose inner bounds depend on the outer index.
 */
#include <stdio.h>

int main(void)
{
    int times[12][12] = {{0}}, wrong = 0;

#pragma omp parallel for collapse(2)
    for (int i = 0; i < 12; i++)
        for (int j = 0; j <= i; j++)
            times[i][j]++;
    for (int i = 0; i < 12; i++)
        for (int j = 0; j < 12; j++)
            wrong += times[i][j] != (j <= i);
    printf("%d\n", wrong);
    return 0;
}

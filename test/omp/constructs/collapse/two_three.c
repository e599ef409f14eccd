/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * collapse of two and three loops, of which some are shorter than the team,
 * with steps, downwards, and with lastprivate indices.
 */
#include <stdio.h>

int main(void)
{
    int times[3][5][7] = {{{0}}}, wrong = 0, li = 0, lj = 0, none = 0;
    long sum = 0;

#pragma omp parallel for collapse(3) schedule(dynamic, 4)
    for (int i = 0; i < 3; i++)
        for (int j = 4; j >= 0; j--)
            for (long k = 0; k < 7; k += 2)
                times[i][j][k]++;
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 5; j++)
            for (int k = 0; k < 7; k++)
                wrong += times[i][j][k] != (k % 2 == 0);
#pragma omp parallel for collapse(2) lastprivate(li, lj) reduction(+ : sum)    \
    schedule(static, 3)
    for (li = 2; li < 11; li += 3)
        for (lj = 10; lj > 0; lj -= 4)
            sum += li * lj;
    printf("%d %d %d %ld\n", wrong, li, lj, sum);
#pragma omp parallel for collapse(2) reduction(+ : sum)
    for (int i = 0; i < 5; i++)
        for (int j = 0; j < none; j++)
            sum += 100000;
    printf("%ld\n", sum);
    return 0;
}

/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Iterations that wait for others: depend(sink) and depend(source).
 *
 * RUN: %same %s
 */
#include <stdio.h>

static int line[64], grid[12][12];

int main(void)
{
    line[0] = 1;
#pragma omp parallel for ordered(1) schedule(dynamic)
    for (int i = 1; i < 64; i++) {
#pragma omp ordered depend(sink : i - 1)
        line[i] = line[i - 1] + i;
#pragma omp ordered depend(source)
    }
    printf("%d\n", line[63]);
    for (int i = 0; i < 12; i++)
        for (int k = 0; k < 12; k++)
            grid[i][k] = 1;
#pragma omp parallel for ordered(2)
    for (int i = 1; i < 12; i++)
        for (int k = 1; k < 12; k++) {
#pragma omp ordered depend(sink : i - 1, k) depend(sink : i, k - 1)
            grid[i][k] = (grid[i - 1][k] + grid[i][k - 1]) % 1000;
#pragma omp ordered depend(source)
        }
    printf("%d\n", grid[11][11]);
    return 0;
}

/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * ordered(n) with depend(sink) and depend(source): an iteration waits for
 * those that it names.
 */
// HARD: doacross loops
#include <stdio.h>

int main(void)
{
    long a[60], grid[12][12];

    a[0] = 1;
#pragma omp parallel for ordered(1) schedule(static, 1)
    for (int i = 1; i < 60; i++) {
#pragma omp ordered depend(sink : i - 1)
        a[i] = (a[i - 1] * 3 + i) % 1009;
#pragma omp ordered depend(source)
    }
    for (int i = 0; i < 12; i++)
        grid[i][0] = grid[0][i] = i;
#pragma omp parallel for ordered(2) schedule(static, 1)
    for (int i = 1; i < 12; i++)
        for (int j = 1; j < 12; j++) {
#pragma omp ordered depend(sink : i - 1, j) depend(sink : i, j - 1)
            grid[i][j] = (grid[i - 1][j] + grid[i][j - 1]) % 997;
#pragma omp ordered depend(source)
        }
    printf("%ld %ld\n", a[59], grid[11][11]);
    return 0;
}

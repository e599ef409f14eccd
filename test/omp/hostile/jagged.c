/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Arrays of pointers to rows of different lengths, each row allocated by
 * another thread; pointers to pointers to pointers; rows exchanged by
 * exchanging pointers.
 */
#include <stdio.h>
#include <stdlib.h>

enum { ROWS = 40, PLANES = 3 };

int main(void)
{
    int ***cube = malloc(PLANES * sizeof *cube);
    long sum = 0;

#pragma omp parallel for schedule(static, 1)
    for (int p = 0; p < PLANES; p++)
        cube[p] = malloc(ROWS * sizeof **cube);
#pragma omp parallel for collapse(2) schedule(dynamic, 3)
    for (int p = 0; p < PLANES; p++)
        for (int r = 0; r < ROWS; r++) {
            cube[p][r] = malloc((size_t)(r * 3 + p + 1) * sizeof ***cube);
            for (int k = 0; k <= r * 3 + p; k++)
                cube[p][r][k] = p * 10000 + r * 100 + k;
        }
    /* Rows of the first two planes change places. */
#pragma omp parallel for
    for (int r = 0; r < ROWS; r++) {
        int *swap = cube[0][r];
        cube[0][r] = cube[1][ROWS - 1 - r];
        cube[1][ROWS - 1 - r] = swap;
    }
#pragma omp parallel for schedule(static, 2) reduction(+ : sum)
    for (int r = 0; r < ROWS; r++) {
        int **const *all = (int **const *)cube;
        for (int p = 0; p < PLANES; p++) {
            sum += all[p][r][0] * (p + 1);
            free(cube[p][r]);
        }
    }
#pragma omp parallel for
    for (int p = 0; p < PLANES; p++)
        free(cube[p]);
    free(cube);
    printf("%ld\n", sum);
    return 0;
}

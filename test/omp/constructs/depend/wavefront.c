/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * A table filled by tasks that depend on their upper and left neighbours:
 * the longest common subsequence of two texts, in blocks.
 */
#include <stdio.h>
#include <string.h>

enum { N = 64, BLOCK = 16, BLOCKS = N / BLOCK };
static char a[N + 1], b[N + 1];
static int table[N + 1][N + 1];

static void fill(int bi, int bj)
{
    for (int i = bi * BLOCK + 1; i <= (bi + 1) * BLOCK; i++)
        for (int j = bj * BLOCK + 1; j <= (bj + 1) * BLOCK; j++) {
            int best = table[i - 1][j] > table[i][j - 1] ? table[i - 1][j]
                                                         : table[i][j - 1];
            if (a[i - 1] == b[j - 1])
                best = table[i - 1][j - 1] + 1;
            table[i][j] = best;
        }
}

int main(void)
{
    char done[BLOCKS + 1][BLOCKS + 1] = {{0}};

    for (int i = 0; i < N; i++) {
        a[i] = (char)('a' + i * i % 7);
        b[i] = (char)('a' + i * 5 % 6);
    }
    (void)done; /* only its addresses count */
#pragma omp parallel num_threads(4)
#pragma omp single
    for (int bi = 1; bi <= BLOCKS; bi++)
        for (int bj = 1; bj <= BLOCKS; bj++) {
#pragma omp task depend(in : done[bi - 1][bj], done[bi][bj - 1])               \
    depend(out : done[bi][bj])
            fill(bi - 1, bj - 1);
        }
    printf("%d\n", table[N][N]);
    return 0;
}

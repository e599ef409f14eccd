/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * realloc through every size, from one byte to megabytes and back, of blocks
 * that other threads allocated and filled; calloc must give zeros though its
 * memory was used before.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCKS = 16 };
static unsigned char *block[BLOCKS];

static int holds(const unsigned char *p, size_t n, int value)
{
    for (size_t i = 0; i < n; i++)
        if (p[i] != value)
            return 0;
    return 1;
}

int main(void)
{
    int right = 0, zeros = 0;

    for (size_t size = 1; size <= 1u << 18; size = size * 5 + 3) {
#pragma omp parallel for schedule(static, 1) reduction(+ : right)
        for (int i = 0; i < BLOCKS; i++) {
            /* Not the block that this thread had in the last round. */
            int b = (i + 5) % BLOCKS;
            size_t before = size == 1 ? 0 : (size - 3) / 5;
            block[b] = realloc(block[b], size);
            right += holds(block[b], before, b + 1);
            memset(block[b], b + 1, size);
        }
    }
#pragma omp parallel for schedule(static, 1) reduction(+ : right)
    for (int b = 0; b < BLOCKS; b++) {
        block[b] = realloc(block[b], 100);
        right += holds(block[b], 100, b + 1);
        free(block[b]);
    }
#pragma omp parallel for reduction(+ : zeros)
    for (int i = 0; i < 64; i++) {
        size_t n = (size_t)i * i * 37 + 1;
        unsigned char *p = calloc(n, 3);
        zeros += holds(p, 3 * n, 0);
        memset(p, 255, 3 * n);
        free(p);
    }
    printf("%d %d\n", right, zeros);
    return 0;
}

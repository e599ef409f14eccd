/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Large arrays, static and on the heap, of which a few places are touched;
 * nothing should take time or memory for the rest.
 */
#include <stdio.h>
#include <stdlib.h>

enum { WORDS = 8 << 20 };
static long big[WORDS]; /* 64 MiB */

int main(void)
{
    long *heap = calloc(WORDS, sizeof *heap);
    long sum = 0, zeros = 0;

#pragma omp parallel for schedule(static, 1)
    for (int i = 0; i < 64; i++) {
        long at = i * (WORDS / 64) + i * 517;
        big[at] = i + 1;
        heap[WORDS - 1 - at] = -i;
    }
#pragma omp parallel for schedule(static, 4) reduction(+ : sum, zeros)
    for (int i = 0; i < 64; i++) {
        long at = i * (WORDS / 64) + i * 517;
        sum += big[at] * 1000 + heap[WORDS - 1 - at];
        zeros += big[at + 1] == 0 && heap[WORDS - 2 - at] == 0;
    }
    printf("%ld %ld %ld\n", sum, zeros, big[WORDS - 1] + heap[0]);
    free(heap);
    return 0;
}

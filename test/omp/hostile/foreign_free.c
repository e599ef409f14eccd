/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Memory that one thread allocates, another fills, a third frees: many
 * sizes, in many rounds, so that what was freed is given out again.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SLOTS = 120 };
static struct {
    unsigned char *memory;
    size_t size;
} slot[SLOTS];

int main(void)
{
    long sum = 0;

    for (int round = 0; round < 12; round++) {
#pragma omp parallel
        {
#pragma omp for schedule(dynamic, 4)
            for (int i = 0; i < SLOTS; i++) {
                slot[i].size = (size_t)(i * 53 + round * 97) % 3000 + 1;
                slot[i].memory = malloc(slot[i].size);
            }
#pragma omp for schedule(static, 7)
            for (int i = 0; i < SLOTS; i++)
                memset(slot[i].memory, i + round, slot[i].size);
#pragma omp for schedule(static, 3) reduction(+ : sum)
            for (int i = SLOTS - 1; i >= 0; i--) {
                for (size_t k = 0; k < slot[i].size; k++)
                    sum += slot[i].memory[k] == (unsigned char)(i + round);
                free(slot[i].memory);
            }
        }
    }
    printf("%ld\n", sum);
    return 0;
}

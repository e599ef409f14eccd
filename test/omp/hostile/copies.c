/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * memcpy, memmove, memset, strcpy, strcat and memcmp across arrays that many
 * minipages make up, at odd offsets and lengths, overlapping ones too.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SIZE = 100000, PARTS = 10, PART = SIZE / PARTS };

static unsigned char from[SIZE], to[SIZE + 7];
static char words[PARTS][5000];

static unsigned long sum(const unsigned char *p, size_t n)
{
    unsigned long s = 0;
    for (size_t i = 0; i < n; i++)
        s = s * 33 + p[i];
    return s;
}

int main(void)
{
    unsigned char *heap = malloc(SIZE + 7);

    for (int i = 0; i < SIZE; i++)
        from[i] = (unsigned char)(i * 7 + i / 256);
    memset(heap, 1, SIZE + 7);

#pragma omp parallel for schedule(static, 1)
    for (int p = 0; p < PARTS; p++) {
        memcpy(to + p * PART + 7, from + (PARTS - 1 - p) * PART, PART);
        memmove(heap + p * PART, to + p * PART + 7, PART);
    }
    printf("%lu %lu\n", sum(to, SIZE + 7), sum(heap, SIZE + 7));

    /* Overlapping, each within its part. */
#pragma omp parallel for schedule(static, 1)
    for (int p = 0; p < PARTS; p++) {
        unsigned char *part = heap + p * PART;
        memmove(part + 13, part, PART - 13);
        memmove(part, part + 5001, 4000);
        memset(part + 4095, p, 2);
    }
    printf("%lu\n", sum(heap, SIZE + 7));

#pragma omp parallel for schedule(dynamic, 1)
    for (int p = 0; p < PARTS; p++) {
        strcpy(words[p], "a word");
        for (int k = 0; k < 300; k++)
            strcat(words[p], k % 2 ? ", another" : "; more");
        memcpy(words[p] + 10, "written over", 12);
    }
    int equal = 0;
#pragma omp parallel for reduction(+ : equal)
    for (int p = 0; p < PARTS; p++)
        equal += strcmp(words[p], words[0]) == 0 &&
                 memcmp(words[p], words[(p + 3) % PARTS], 2000) == 0;
    printf("%d %zu %.40s\n", equal, strlen(words[9]), words[9]);
    memcpy(heap, heap + SIZE / 2, SIZE / 2);
    printf("%lu\n", sum(heap, SIZE));
    free(heap);
    return 0;
}

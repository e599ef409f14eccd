/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Atomics on chars and shorts whose neighbours in the same word are
 * bit-fields and bytes that other threads write plainly at the same time.
 */
#include <stdio.h>

static struct {
    unsigned flags : 5; /* these two by one thread */
    unsigned more : 3;
    unsigned char count; /* this one by all */
    unsigned short wide; /* and this */
    char plain[4];       /* each by its own thread */
} word[3];

int main(void)
{
#pragma omp parallel for schedule(static, 1)
    for (int part = 0; part < 4; part++)
        for (int k = 0; k < 200; k++) {
            if (part == 0) {
                word[1].flags = (unsigned)(word[1].flags + 1) & 31;
                word[1].more = (unsigned)(word[1].more + 3) & 7;
            }
            word[1].plain[part] = (char)((word[1].plain[part] + 1) % 100);
#pragma omp atomic
            word[1].count++;
#pragma omp atomic
            word[1].wide += 2;
            if (k % 50 == 0) {
#pragma omp atomic
                word[0].wide++;
#pragma omp atomic
                word[2].count++;
            }
        }
    printf("%u %u %d %d\n", word[1].flags, word[1].more, word[1].count,
           word[1].wide);
    for (int part = 0; part < 4; part++)
        printf("%d ", word[1].plain[part]);
    printf("%d %d\n", word[0].wide, word[2].count);
    return 0;
}

/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Generators whose state is the program's: rand_r, erand48, nrand48,
 * random_r, one state for each part of the work, used by whoever does it.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>

static unsigned seeds[16];
static unsigned short wide[16][3];

int main(void)
{
    long sum = 0;
    double real = 0;

    for (int i = 0; i < 16; i++) {
        seeds[i] = (unsigned)i + 1;
        wide[i][0] = (unsigned short)i;
    }
    for (int round = 0; round < 5; round++) {
#pragma omp parallel for schedule(dynamic, 1) reduction(+ : sum, real)
        for (int i = 0; i < 16; i++) {
            for (int k = 0; k < 50; k++) {
                sum += rand_r(&seeds[i]) % 1000;
                real += (double)(long)(erand48(wide[i]) * 1000);
                sum += nrand48(wide[i]) % 10;
            }
        }
    }
    printf("%ld %.0f\n", sum, real);
    return 0;
}

/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Reductions of arrays, of sections of them, and user-declared ones.
 *
 * RUN: %same %s
 */
#include <stdio.h>
#include <stdlib.h>

struct complex {
    double re, im;
};
static void add(struct complex *into, const struct complex *from)
{
    into->re += from->re;
    into->im += from->im;
}
#pragma omp declare reduction(plus : struct complex : add(&omp_out, &omp_in))  \
    initializer(omp_priv = (struct complex){0, 0})

int main(void)
{
    int bins[16] = {0};
    long *sums = calloc(10, sizeof *sums);
    struct complex total = {0, 0};
#pragma omp parallel for reduction(+ : bins) schedule(dynamic, 7)
    for (int i = 0; i < 500; i++)
        bins[i * 37 % 101 % 16]++;
#pragma omp parallel for reduction(+ : sums[2 : 8])
    for (int i = 0; i < 500; i++)
        sums[2 + i % 8] += i;
#pragma omp parallel for reduction(plus : total)
    for (int i = 0; i < 500; i++) {
        total.re += i;
        total.im -= 2 * i;
    }
    for (int i = 0; i < 16; i++)
        printf("%d ", bins[i]);
    for (int i = 0; i < 10; i++)
        printf("%ld ", sums[i]);
    printf("%g %g\n", total.re, total.im);
    free(sums);
    return 0;
}

/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Complex numbers and long doubles, shared, in reductions, in atomics and
 * criticals; sixteen bytes must not come half old and half new.
 */
#include <complex.h>
#include <math.h>
#include <stdio.h>

static double complex points[64];
static long double wide[64];
static float complex narrow;
static long double total;

int main(void)
{
    double complex sum = 0, product = 1;
    long double lsum = 0, greatest = -1;

#pragma omp parallel for
    for (int i = 0; i < 64; i++) {
        points[i] = (i % 8) + (i / 8) * I;
        wide[i] = 1 + 0x1p-50L * i;
    }
#pragma omp parallel for reduction(+ : sum, lsum) reduction(max : greatest)
    for (int i = 0; i < 64; i++) {
        sum += points[i] * conj(points[63 - i]);
        lsum += wide[i];
        greatest = fmaxl(greatest, wide[63 - i]);
#pragma omp atomic
        total += wide[i] - 1;
#pragma omp critical
        narrow += (float complex)points[i];
    }
#pragma omp parallel for reduction(* : product)
    for (int i = 0; i < 8; i++)
        product *= I;
    printf("%.1f %.1f %.1f %.1f\n", creal(sum), cimag(sum), creal(product),
           cimag(product) + 0.0);
    printf("%.1Lf %.1Lf %.1f %.1f\n", (lsum - 64) * 0x1p50L,
           (greatest - 1) * 0x1p50L, (double)crealf(narrow),
           (double)cimagf(narrow));
    printf("%.1Lf\n", total * 0x1p50L);
    return 0;
}

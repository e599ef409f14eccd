/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Reductions by every operator.
 *
 * RUN: %same %s
 */
#include <limits.h>
#include <stdio.h>

#define N 500
static int data[N];

int main(void)
{
    long sum = 0, product = 1;
    int most = INT_MIN, least = INT_MAX, and = -1, or = 0, xor = 0;
    int all = 1, any = 0;
    double minus = 100;
    float tiny = 0;
    for (int i = 0; i < N; i++)
        data[i] = i * 37 % 101;
#pragma omp parallel for reduction(+ : sum) reduction(max : most)              \
    reduction(min : least) reduction(& : and) reduction(| : or)                \
    reduction(^ : xor) reduction(&& : all) reduction(|| : any)                 \
    reduction(- : minus)
    for (int i = 0; i < N; i++) {
        sum += data[i];
        most = data[i] > most ? data[i] : most;
        least = data[i] < least ? data[i] : least;
        and &= data[i];
        or |= data[i];
        xor ^= data[i];
        all = all && data[i] < 200;
        any = any || data[i] == 50;
        minus -= 1;
    }
    printf("%ld %d %d %d %d %d %d %d %g\n", sum, most, least, and, or, xor, all,
           any, minus);
#pragma omp parallel for reduction(* : product) reduction(+ : tiny)
    for (int i = 1; i <= 20; i++) {
        product *= i;
        tiny += 0.5f;
    }
    printf("%ld %g\n", product, tiny);
    return 0;
}

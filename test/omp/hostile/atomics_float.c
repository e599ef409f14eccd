/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Atomic updates of float, double and long double, of mixed types, and as
 * capture; all sums are exact, so their order does not show.
 */
#include <stdio.h>

static float f;
static double d, product = 1, subtracted = 1000, quotient = 1 << 20;
static long double ld;
static int mixed;
static double from_int;

int main(void)
{
    double stack[3] = {0, 0, 0};
    double captured = 0;
    int odd = 0;

#pragma omp parallel for schedule(static, 5) reduction(+ : captured, odd)
    for (int k = 0; k < 100; k++) {
#pragma omp atomic
        f += 0.5f;
#pragma omp atomic
        d += k * 0.25;
#pragma omp atomic
        ld += 0.125L * k;
#pragma omp atomic
        mixed += 2.0;
#pragma omp atomic
        from_int += k;
#pragma omp atomic
        subtracted -= 0.5;
        if (k % 10 == 0) {
#pragma omp atomic
            product *= 2;
#pragma omp atomic
            quotient = quotient / 2;
        }
        double before, now, *cell = &stack[k % 3];
#pragma omp atomic capture
        {
            before = *cell;
            *cell += 1;
        }
        captured += before;
#pragma omp atomic read
        now = subtracted;
        odd += now < 950 || now > 1000;
    }
    printf("%.2f %.2f %.3Lf %d %.1f %.1f\n", (double)f, d, ld, mixed, from_int,
           subtracted);
    printf("%.1f %.1f %.0f %.0f %.0f %.1f %d\n", product, quotient, stack[0],
           stack[1], stack[2], captured, odd);
    return 0;
}

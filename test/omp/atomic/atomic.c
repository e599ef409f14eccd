/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * atomic in all its forms.
 *
 * RUN: %same %s
 */
#include <stdio.h>

static char c;
static short s;
static int i, tickets[400];
static long l;
static unsigned long long bits;
static float f;
static double d = 1;
static long double wide;
static int *walker = tickets;

int main(void)
{
    int twice = 0;
#pragma omp parallel num_threads(4)
    for (int k = 0; k < 50; k++) {
        int ticket, now;
#pragma omp atomic
        c++;
#pragma omp atomic update
        s += 2;
#pragma omp atomic
        l -= 3;
#pragma omp atomic
        f += 1;
#pragma omp atomic
        d += 0.5;
#pragma omp atomic
        wide += 1;
#pragma omp atomic
        bits |= 1ull << k;
#pragma omp atomic seq_cst
        bits ^= 0;
#pragma omp atomic capture
        ticket = i++;
#pragma omp atomic
        tickets[ticket % 400]++;
#pragma omp atomic read
        now = i;
#pragma omp atomic write
        walker = &tickets[now % 400];
#pragma omp atomic capture
        {
            now = i;
            i = i + 0;
        }
    }
    for (int k = 0; k < 400; k++)
        twice += tickets[k] > 1;
    printf("%d %d %d %ld %llx %g %g %Lg %d\n", c, s, i, l, bits, f, d, wide,
           twice);
    return 0;
}

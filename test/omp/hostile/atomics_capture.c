/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Atomic capture in all its forms: before and after, of operators and of
 * plain writes (exchange), on int, long, unsigned char and double.
 */
#include <stdio.h>

enum { N = 240 };
static int counter, down = N, last = -1;
static long big;
static unsigned char byte;
static double real;
static char ticket[N], ticket_down[N], from[N + 1];

int main(void)
{
    long sum_before = 0, sum_after = 0, bytes = 0;
    double reals = 0;

#pragma omp parallel for schedule(dynamic, 5)                                  \
    reduction(+ : sum_before, sum_after, bytes, reals)
    for (int i = 0; i < N; i++) {
        int a, b, c;
        long before, after;
        unsigned char old;
        double x;
#pragma omp atomic capture
        a = counter++;
#pragma omp atomic capture
        b = --down;
#pragma omp atomic capture
        {
            c = last;
            last = i;
        }
        /* Every value comes exactly once. */
        ticket[a] = 1;
        ticket_down[b] = 1;
        from[c + 1] = 1;
#pragma omp atomic capture
        {
            before = big;
            big += 1000;
        }
#pragma omp atomic capture
        {
            big -= 999;
            after = big;
        }
        sum_before += before >= 0;
        sum_after += after >= 1;
#pragma omp atomic capture
        {
            old = byte;
            byte++;
        }
        bytes += old;
#pragma omp atomic capture
        x = real += 0.5;
        reals += x;
    }
    int missing = 0;
    for (int i = 0; i < N; i++)
        missing += !ticket[i] + !ticket_down[i];
    /* `from` has all but the one that stayed in `last`. */
    missing += from[last + 1] != 0;
    int exchanged = 0;
    for (int i = 0; i <= N; i++)
        exchanged += from[i];
    printf("%d %d %d %d\n", counter, down, missing, exchanged);
    printf("%ld %ld %ld %d %ld %.1f %.1f\n", big, sum_before, sum_after, byte,
           bytes, real, reals);
    return 0;
}

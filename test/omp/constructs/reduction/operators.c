/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * reduction with each operator, on int, unsigned, long and double; min and
 * max; several in one clause; the old value takes part.
 */
#include <stdio.h>

int main(void)
{
    int add = 5, sub = 100, mul = 1, land = 1, lor = 0, least = 1000,
        most = -1000;
    unsigned band = 0xffff, bor = 0x100, bxor = 0x55;
    long ladd = 0;
    double dadd = 0.5, dmin = 1e9, dmax = -1e9, dmul = 1;
    unsigned long umin = ~0ul, umax = 0;
    signed char tiny = 0;
    short small = 1;
    float f = 0;

#pragma omp parallel for reduction(+ : add, ladd, dadd, tiny, small, f)        \
    reduction(- : sub) reduction(* : mul, dmul) reduction(&& : land)           \
    reduction(|| : lor) reduction(& : band) reduction(| : bor)                 \
    reduction(^ : bxor) reduction(min : least, dmin, umin)                     \
    reduction(max : most, dmax, umax) num_threads(4)
    for (int i = 1; i <= 60; i++) {
        add += i;
        ladd += (long)i << 32;
        dadd += i * 0.25;
        tiny = (signed char)(tiny + i % 3);
        small = (short)(small + i);
        f += 0.5f;
        sub -= i;
        if (i % 20 == 0) {
            mul *= i / 10;
            dmul *= 0.5;
        }
        land = land && i < 61;
        lor = lor || i == 33;
        band &= ~(1u << i % 7);
        bor |= 1u << i % 5;
        bxor ^= (unsigned)(i * i);
        int value = (i * 37 % 61) - 30;
        least = value < least ? value : least;
        most = value > most ? value : most;
        dmin = value * 1.5 < dmin ? value * 1.5 : dmin;
        dmax = value * 1.5 > dmax ? value * 1.5 : dmax;
        unsigned long wide = (unsigned long)(i * 37 % 61) << 40;
        umin = wide < umin ? wide : umin;
        umax = wide > umax ? wide : umax;
    }
    printf("%d %ld %.2f %d %d %.1f %d %d %.4f\n", add, ladd, dadd, tiny, small,
           (double)f, sub, mul, dmul);
    printf("%d %d %x %x %x %d %d %.1f %.1f %lx %lx\n", land, lor, band, bor,
           bxor, least, most, dmin, dmax, umin, umax);
    return 0;
}

/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Small variables side by side, each written by another thread all the time:
 * no write may undo a neighbour's, and it should not take for ever.
 */
#include <stdio.h>

static char c0, c1, c2, c3;
static short s0, s1;
static int i0, i1;
static long l0, l1;
static struct {
    char a;
    char b;
    short c;
    int d;
} packed;
static unsigned char bytes[64];

static void work(int which)
{
    for (int k = 0; k < 500; k++) {
        switch (which) {
        case 0:
            c0++, s0 = (short)(s0 + 1), i0++, l0++, packed.a++;
            break;
        case 1:
            c1++, s1 = (short)(s1 + 1), i1--, l1--, packed.b--;
            break;
        case 2:
            c2 = (char)(c2 + 3), packed.c = (short)(packed.c + 3);
            break;
        default:
            c3 = (char)(c3 - 3), packed.d += 5;
        }
        bytes[which * 16 + k % 16]++;
        bytes[(which * 16 + k * 7 % 16)]++;
    }
}

int main(void)
{
#pragma omp parallel for schedule(static, 1)
    for (int which = 0; which < 4; which++)
        work(which);
    long sum = 0;
    for (int i = 0; i < 64; i++)
        sum = (sum * 31 + bytes[i]) % 1000003;
    printf("%d %d %d %d %d %d %d %d %ld %ld\n", (signed char)c0,
           (signed char)c1, (signed char)c2, (signed char)c3, s0, s1, i0, i1,
           l0, l1);
    printf("%d %d %d %d %ld\n", (signed char)packed.a, (signed char)packed.b,
           packed.c, packed.d, sum);
    return 0;
}

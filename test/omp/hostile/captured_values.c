/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Locals of every scalar type that regions only read, some of them assigned to
 * between regions, some also reduced, written or looked at by their address in
 * another. What a region reads is what was assigned last.
 */
#include <limits.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum colour { RED, GREEN = -7, BLUE = 1000000 };
enum { N = 96 };

static double out[N];

static double sum(void)
{
    double s = 0;
    for (int i = 0; i < N; i++)
        s += out[i] * (i % 5 + 1);
    return s;
}

static void integers(bool yes, _Bool no, char c, signed char sc,
                     unsigned char uc, short s, unsigned short us, int n,
                     unsigned u, long l, unsigned long ul, enum colour e)
{
#pragma omp parallel for
    for (int i = 0; i < N; i++) {
        out[i] = (yes ? 1 : 0) + (no ? 100 : 0) + c + sc + uc + s + us + n + u;
        out[i] += (double)l + (double)ul + (int)e + (yes != !no ? 1e9 : 0);
    }
    printf("integers %.0f\n", sum());
}

static void floats(float f, double d, float huge, double tiny, float minus,
                   double nan)
{
#pragma omp parallel for
    for (int i = 0; i < N; i++) {
        out[i] = f + d + (isinf(huge) ? 2 : 1) + (tiny > 0 ? 8 : 4);
        out[i] += (signbit(minus) ? 32 : 16) + (nan != nan ? 128 : 64);
    }
    printf("floats %.3f\n", sum());
}

static int twice(int x)
{
    return 2 * x;
}

static void pointers(const char *text, double *to, int (*function)(int),
                     void *null, const void *odd)
{
    char *const end = (char *)(uintptr_t)-1;
#pragma omp parallel for
    for (int i = 0; i < N; i++)
        to[i] = text[i % 4] + function(i) + (null ? 1000 : 0) +
                ((uintptr_t)odd == 12345) + (end > text);
    printf("pointers %.0f\n", sum());
}

/* Two pointers take turns, and so do three numbers. */
static void turns(void)
{
    static double first[N], second[N];
    double *old = first, *new = second, factor = 1;
    char step = 0;
    unsigned short shift = 1;
    for (int i = 0; i < N; i++)
        first[i] = i;
    for (int t = 0; t < 12; t++) {
#pragma omp parallel for schedule(static)
        for (int i = 0; i < N; i++)
            new[i] = old[(i + shift) % N] * factor + step;
        double *swap = old;
        old = new;
        new = swap;
        factor = -factor * 1.5;
        step += 3;
        shift = (unsigned short)(shift * 7);
    }
    for (int i = 0; i < N; i++)
        out[i] = old[i];
    printf("turns %.4f\n", sum());
}

/* One variable is read in one region, reduced in the next, written by one
 * thread in the third and lastprivate in the fourth. */
static void roles(void)
{
    long n = 5, last = -1;
    for (int round = 0; round < 4; round++) {
#pragma omp parallel for
        for (int i = 0; i < N; i++)
            out[i] = (double)(n * i + last);
        printf("roles %.0f\n", sum());
#pragma omp parallel for reduction(+ : n)
        for (int i = 0; i < N; i++)
            n += i % 3;
#pragma omp parallel
#pragma omp single
        n = n % 1000 + 1;
#pragma omp parallel for lastprivate(last)
        for (int i = 0; i < N; i++)
            last = i * n;
    }
}

/* Its address is only compared; it is one in the whole team. */
static void address(void)
{
    int here = 3, *where = &here, same = 0, threads = 0;
#pragma omp parallel reduction(+ : same, threads)
    {
        same += where == &here && *where == here;
        threads++;
    }
    printf("address %d\n", same == threads);
}

/* The way in which a flag, a sign or one byte of a number is read. */
static void parts(void)
{
    uint64_t wide = 0x8877665544332211;
    float f = -2.5f;
    int32_t n = -2;
#pragma omp parallel for
    for (int i = 0; i < N; i++)
        out[i] = *(unsigned char *)&wide + *(int64_t *)&wide / 1e9 +
                 *(signed char *)&f + *(uint32_t *)&n;
    printf("parts %.0f\n", sum());
}

/* Without a value, which is fine while nobody reads it. */
static void unset(int flag)
{
    int value, other;
    double scale;
    if (flag) {
        value = 11;
        scale = 0.5;
    }
#pragma omp parallel for
    for (int i = 0; i < N; i++)
        out[i] = flag ? value * scale : -1;
    printf("unset %.1f\n", sum());
    other = flag;
#pragma omp parallel for
    for (int i = 0; i < N; i++)
        out[i] = other;
    printf("unset %.1f\n", sum());
}

int main(void)
{
    integers(true, false, -3, SCHAR_MIN, UCHAR_MAX, SHRT_MIN, USHRT_MAX, -1,
             UINT_MAX, LONG_MIN / 1024, 1ul << 52, GREEN);
    integers(false, true, 'x', SCHAR_MAX, 0, SHRT_MAX, 1, INT_MIN, 0, -1, 1,
             BLUE);
    floats(0.1f, -1e-3, HUGE_VALF, 5e-324, -0.0f, NAN);
    floats(-1e10f, 1e12, 0, 0, 0, 0);
    pointers("abcd", out, twice, NULL, (void *)(uintptr_t)12345);
    turns();
    roles();
    address();
    parts();
    unset(0);
    unset(1);
    return 0;
}

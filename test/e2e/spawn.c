/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * A thread on another host, with arguments of every kind and number.
 */
#include "spmd.h"

static atomic_long *ran; /* shared; the functions below get its address */

static void nothing(void)
{
    /* Only the address of a function that takes nothing is needed. */
}

static void every_letter(int i, long l, double d, void *p)
{
    CHECK_EQ(i, -5);
    CHECK_EQ(l, 1l << 40);
    CHECK(d == 2.5);
    atomic_fetch_add((atomic_long *)p, 1);
}

static void sixteen(void *p, int a, int b, int c, int d, int e, long f, long g,
                    long h, double i, double j, double k, double l, double m,
                    int n, int o)
{
    CHECK_EQ(a + 10 * b + 100 * c + 1000 * d + 10000 * e, 54321);
    CHECK_EQ(f + g + h, 6l << 33);
    CHECK(i + j + k + l + m == 2.5);
    CHECK_EQ(n - o, -1);
    atomic_fetch_add((atomic_long *)p, 100);
}

static void doubles(double a, double b, double c, double d, double e, double f,
                    double g, double h, double i, double j, void *p)
{
    CHECK(a + b + c + d + e + f + g + h + i + j == 55);
    atomic_fetch_add((atomic_long *)p, 10000);
}

static void from_there(int from, void *p)
{
    CHECK_EQ(mpg_spawn(from, every_letter, "ildp", -5, 1l << 40, 2.5, p), 0);
}

static void expect(long sum)
{
    while (atomic_load(ran) != sum)
        sched_yield();
}

int main(void)
{
    ran = spmd_malloc(sizeof *ran);
    void *p = (void *)ran;
    int last = mpg_hosts() - 1;
    if (mpg_host() == 0) {
        for (int host = 0; host <= last; host++)
            CHECK_EQ(mpg_spawn(host, nothing, ""), 0);
        CHECK_EQ(mpg_spawn(last, every_letter, "ildp", -5, 1l << 40, 2.5, p),
                 0);
        expect(1);
        CHECK_EQ(mpg_spawn(last, sixteen,
                           "piiiiilllddddd"
                           "ii",
                           p, 1, 2, 3, 4, 5, 1l << 33, 2l << 33, 3l << 33, 0.5,
                           0.5, 0.5, 0.5, 0.5, 7, 8),
                 0);
        expect(101);
        CHECK_EQ(mpg_spawn(last, doubles, "ddddddddddp", 1., 2., 3., 4., 5., 6.,
                           7., 8., 9., 10., p),
                 0);
        expect(10101);
        CHECK_EQ(mpg_spawn(last, from_there, "ip", 0, p), 0);
        expect(10102);
        CHECK_EQ(mpg_spawn(last + 1, nothing, ""), MPG_EHOST);
        CHECK_EQ(mpg_spawn(-1, nothing, ""), MPG_EHOST);
        CHECK_EQ(mpg_spawn(last, every_letter, "ilxp", 0, 0l, 0., p),
                 MPG_ESIGNATURE);
        CHECK_EQ(mpg_spawn(last, nothing, "iiiiiiiiiiiiiiiii", 0, 0, 0, 0, 0, 0,
                           0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
                 MPG_ESIGNATURE);
        CHECK_EQ(mpg_spawn(last, NULL, ""), MPG_EINVAL);
    }
    mpg_barrier();
    CHECK_EQ(atomic_load(ran), 10102);
    return spmd_report();
}

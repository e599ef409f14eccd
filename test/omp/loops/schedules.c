/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Every schedule runs every iteration once.
 *
 * RUN: %same %s
 */
#include <omp.h>
#include <stdio.h>

#define N 1000
static int hits[N];

static void check(const char *what)
{
    int wrong = 0;
    for (int i = 0; i < N; i++) {
        wrong += hits[i] != 1;
        hits[i] = 0;
    }
    printf("%s: %d wrong\n", what, wrong);
}

#define PRAGMA(...) _Pragma(#__VA_ARGS__)
#define LOOP(type, ...)                                                        \
    PRAGMA(omp parallel for schedule(__VA_ARGS__))                             \
    for (type i = 0; i < N; i++)                                               \
        hits[i]++;                                                             \
    check(#__VA_ARGS__ " " #type);
#define BACK(...)                                                              \
    PRAGMA(omp parallel for schedule(__VA_ARGS__))                             \
    for (int i = N - 1; i >= 0; i -= 1)                                        \
        hits[i]++;                                                             \
    check(#__VA_ARGS__ " back");
#define TYPES(...)                                                             \
    LOOP(int, __VA_ARGS__)                                                     \
    LOOP(unsigned, __VA_ARGS__)                                                \
    LOOP(long, __VA_ARGS__)                                                    \
    LOOP(unsigned long, __VA_ARGS__)                                           \
    BACK(__VA_ARGS__)

int main(void)
{
    TYPES(static)
    TYPES(static, 7)
    TYPES(dynamic)
    TYPES(dynamic, 13)
    TYPES(guided)
    TYPES(guided, 5)
    TYPES(auto)
    TYPES(monotonic : dynamic, 3)
    TYPES(nonmonotonic : guided)
    for (int kind = 1; kind <= 4; kind++) {
        omp_set_schedule((omp_sched_t)kind, kind == 2 ? 6 : 0);
        LOOP(int, runtime)
    }
#pragma omp parallel for simd schedule(simd : static, 5)
    for (int i = 0; i < N; i++)
        hits[i]++;
    check("simd");
#pragma omp parallel for collapse(2) schedule(dynamic, 3)
    for (int i = 0; i < 10; i++)
        for (int k = 0; k < 100; k++)
            hits[i * 100 + k]++;
    check("collapse");
#pragma omp parallel for collapse(3)
    for (int i = 0; i < 10; i++)
        for (int k = 0; k < 10; k++)
            for (int m = 9; m >= 0; m--)
                hits[i * 100 + k * 10 + m]++;
    check("collapse of three");
    int none = 0;
#pragma omp parallel for schedule(dynamic)
    for (int i = 5; i < 5; i++)
        none++;
#pragma omp parallel for
    for (unsigned i = 5; i < 5; i++)
        none++;
#pragma omp parallel for reduction(+ : none)
    for (unsigned i = 0; i < 1; i++)
        none++;
    printf("%d\n", none);
    return 0;
}

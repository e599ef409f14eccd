/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * lastprivate is of the last iteration, under any schedule.
 *
 * RUN: %same %s
 */
#include <stdio.h>

struct pair {
    int i;
    double square;
};

#define PRAGMA(text) _Pragma(#text)
#define LAST(schedule_clause)                                                  \
    for (int round = 0; round < 10; round++) {                                 \
        int last = -1, other = -1;                                             \
        struct pair pair = {-1, 0};                                            \
        PRAGMA(omp parallel for schedule_clause lastprivate(last, pair)        \
                   lastprivate(other))                                         \
        for (int i = 0; i < 100 + round; i++) {                                \
            last = i;                                                          \
            pair.i = i;                                                        \
            pair.square = i * i;                                               \
            other = 2 * i;                                                     \
        }                                                                      \
        printf("%d %d %g %d\n", last, pair.i, pair.square, other);             \
    }
#define COMMA ,

int main(void)
{
    LAST()
    LAST(schedule(static COMMA 3))
    LAST(schedule(dynamic))
    LAST(schedule(dynamic COMMA 3))
    LAST(schedule(guided))
    return 0;
}

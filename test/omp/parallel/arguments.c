/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * A region that shares more variables than a message takes.
 *
 * RUN: %same %s
 */
#include <stdio.h>

#define EACH(X) X(a) X(b) X(c) X(d) X(e) X(f) X(g) X(h) X(i) X(j)
#define TEN(p)  p##0, p##1, p##2, p##3, p##4, p##5, p##6, p##7, p##8, p##9
#define ZERO(p) int p##0 = 0, p##1 = 1, p##2 = 2, p##3 = 3, p##4 = 4;
#define MORE(p) int p##5 = 5, p##6 = 6, p##7 = 7, p##8 = 8, p##9 = 9;
#define ADD(p)                                                                 \
    p##0 ++, p##1 ++, p##2 ++, p##3 ++, p##4 ++, p##5 ++, p##6 ++, p##7 ++,    \
        p##8 ++, p##9 ++;
#define SUM(p)                                                                 \
    +p##0 + p##1 + p##2 + p##3 + p##4 + p##5 + p##6 + p##7 + p##8 + p##9

int main(void)
{
    EACH(ZERO)
    EACH(MORE)
#pragma omp parallel num_threads(5)
#pragma omp critical
        {EACH(ADD)} printf("%d\n", EACH(SUM));
    return 0;
}

/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * threadprivate variables that two units use: one defined here, one there.
 */
#include <stdio.h>

extern int there;
#pragma omp threadprivate(there)
int here = 2;
#pragma omp threadprivate(here)
int add_there(int);

int main(void)
{
    int wrong = 0;

#pragma omp parallel for num_threads(3) reduction(+ : wrong) schedule(static, 1)
    for (int i = 0; i < 3; i++) {
        there = i;
        here = 10 * i;
        wrong += add_there(5) != i + 5 + 10 * i || there != i + 5;
    }
    printf("%d\n", wrong);
    return 0;
}

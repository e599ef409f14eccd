/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * The loop variable itself as lastprivate: it has the value after the last
 * iteration; and lastprivate of sections.
 */
#include <stdio.h>

int main(void)
{
    int i, j, which = 0;
    long k;

#pragma omp parallel for lastprivate(i)
    for (i = 0; i < 20; i += 3)
        ;
#pragma omp parallel for lastprivate(j) schedule(dynamic, 1)
    for (j = 9; j > 0; j -= 2)
        ;
#pragma omp parallel for lastprivate(k) schedule(static, 1)
    for (k = 5; k <= 50; k += 10)
        ;
#pragma omp parallel sections lastprivate(which)
    {
#pragma omp section
        which = 1;
#pragma omp section
        which = 2;
#pragma omp section
        which = 3;
    }
    printf("%d %d %ld %d\n", i, j, k, which);
    return 0;
}

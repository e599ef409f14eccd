/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * masked with and without a filter: the thread that it names, also as an
 * expression that differs from thread to thread.
 */
// NEEDS: OpenMP 5.1 in the compiler: gcc 12, clang 15
#include <omp.h>
#include <stdio.h>

int main(void)
{
    int plain = 0, by[4] = {0}, each = 0;

#pragma omp parallel num_threads(4)
    {
#pragma omp masked
        plain++;
        for (int i = 0; i < 4; i++) {
#pragma omp masked filter(i)
            by[i] += 1 + omp_get_thread_num();
        }
#pragma omp masked filter(omp_get_thread_num())
        {
#pragma omp atomic
            each++;
        }
#pragma omp masked filter(99)
        plain += 1000;
    }
    printf("%d %d %d %d %d %d\n", plain, by[0], by[1], by[2], by[3], each);
    return 0;
}

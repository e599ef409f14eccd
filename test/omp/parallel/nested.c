/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Regions within regions are teams of one.
 *
 * RUN: %same %s
 */
#include <omp.h>
#include <stdio.h>

int main(void)
{
    int inner = 0, wrong = 0;
#pragma omp parallel num_threads(4) reduction(+ : inner, wrong)
    {
        int outer = omp_get_thread_num();
#pragma omp parallel if (1) reduction(+ : inner)
        {
            inner++;
#pragma omp critical
            if (omp_get_level() != 2 || omp_get_ancestor_thread_num(1) != outer)
                wrong++;
        }
#pragma omp parallel for
        for (int i = 0; i < 10; i++)
            inner++;
        if (omp_get_level() != 1 || omp_get_team_size(1) != 4)
            wrong++;
    }
    printf("%d %d %d\n", inner, wrong, omp_get_level());
    return 0;
}

/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * The team of a region without num_threads has as many threads as
 * omp_get_max_threads says, in the first region and in later ones.
 */
#include <omp.h>
#include <stdio.h>

int main(void)
{
    int most = omp_get_max_threads(), wrong = 0;

    omp_set_dynamic(0);
    for (int round = 0; round < 3; round++) {
        int members = 0;
#pragma omp parallel
        {
#pragma omp atomic
            members++;
#pragma omp single
            wrong += omp_get_num_threads() != most;
        }
        wrong += members != most;
    }
    printf("%d %d\n", wrong, most >= 1);
    return 0;
}

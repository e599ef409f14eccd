/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * OMP_DISPLAY_AFFINITY, OMP_AFFINITY_FORMAT and omp_display_affinity: the
 * variables are host 0's, and count for all.
 *
 * RUN: %S/affinity.sh %t %s
 */
#include <omp.h>
#include <stdio.h>

int main(void)
{
    for (int i = 0; i < 6; i++)
#pragma omp parallel num_threads(i < 3 ? 4 : 3)
        if (i == 5 && omp_get_thread_num() == 2) {
            omp_display_affinity("%n is here");
            omp_set_affinity_format("now of %N");
        }
    omp_display_affinity(NULL);
    return 0;
}

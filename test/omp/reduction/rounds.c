/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * The result of each reduction is seen by all before they go on.
 *
 * RUN: %same %s
 */
#include <stdio.h>

int main(void)
{
    double total = 0;
    int wrong = 0;
    long regions = 0;
#pragma omp parallel num_threads(4)
    for (int round = 1; round <= 40; round++) {
#pragma omp for reduction(+ : total)
        for (int i = 0; i < 8; i++)
            total += 1;
        if (total != 8 * round) {
#pragma omp atomic
            wrong++;
        }
#pragma omp barrier
    }
    for (int round = 0; round < 100; round++) {
#pragma omp parallel reduction(+ : regions) num_threads(2)
        regions++;
    }
    printf("%g %d %ld\n", total, wrong, regions);
    return 0;
}

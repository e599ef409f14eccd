/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * sections: each once, more of them than threads and fewer, with private
 * data and reductions, one construct after the other.
 */
#include <stdio.h>

int main(void)
{
    int ran[9] = {0}, sum = 0, seed = 4;

#pragma omp parallel num_threads(4)
    for (int round = 0; round < 3; round++) {
#pragma omp sections
        {
            ran[0]++;
#pragma omp section
            ran[1]++;
#pragma omp section
            ran[2]++;
#pragma omp section
            ran[3]++;
#pragma omp section
            ran[4]++;
#pragma omp section
            ran[5]++;
        }
#pragma omp sections firstprivate(seed) reduction(+ : sum)
        {
#pragma omp section
            sum += ++seed;
        }
#pragma omp sections nowait
        {
#pragma omp section
            ran[7]++;
#pragma omp section
            ran[8]++;
        }
#pragma omp barrier
    }
    for (int i = 0; i < 9; i++)
        printf("%d ", ran[i]);
    printf("%d %d\n", sum, seed);
    return 0;
}

/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Teams of changing size: from one thread to more than there are, and back;
 * numbers run from zero without gaps, and all of a team come to the barrier.
 */
#include <omp.h>
#include <stdio.h>

int main(void)
{
    static const int sizes[] = {1, 4, 2, 12, 3, 1, 7, 16, 5};

    for (unsigned s = 0; s < sizeof sizes / sizeof *sizes; s++) {
        int seen[16] = {0}, wrong = 0, size = sizes[s];
#pragma omp parallel num_threads(size) reduction(+ : wrong)
        {
            int me = omp_get_thread_num();
            seen[me]++;
            wrong += omp_get_num_threads() != size;
#pragma omp barrier
            wrong += seen[(me + 1) % size] != 1;
        }
        printf("%d: %d\n", size, wrong);
    }
    return 0;
}

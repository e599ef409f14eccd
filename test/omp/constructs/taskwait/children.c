/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * taskwait waits for the children of the task, each task for its own.
 */
#include <stdio.h>

static long tree(int depth, int index)
{
    long sums[3] = {0, 0, 0};

    if (depth == 0)
        return index;
    for (int k = 0; k < 3; k++) {
#pragma omp task shared(sums)
        sums[k] = tree(depth - 1, index * 3 + k);
    }
#pragma omp taskwait
    return sums[0] + sums[1] + sums[2] + 1;
}

int main(void)
{
    long sum = 0;
    int stages[5] = {0}, wrong = 0;

#pragma omp parallel num_threads(4)
#pragma omp single
    {
        sum = tree(5, 0);
        for (int stage = 0; stage < 5; stage++) {
            for (int i = 0; i < 10; i++) {
#pragma omp task shared(stages)
                {
#pragma omp atomic
                    stages[stage]++;
                }
            }
#pragma omp taskwait
            wrong += stages[stage] != 10;
        }
    }
    printf("%ld %d\n", sum, wrong);
    return 0;
}

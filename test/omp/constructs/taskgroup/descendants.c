/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * taskgroup waits for all descendants, not only for children; groups within
 * groups, and in tasks.
 */
#include <stdio.h>

static int leaves;

static void spread(int depth)
{
    for (int k = 0; k < 2; k++) {
#pragma omp task
        {
            if (depth > 0) {
                spread(depth - 1); /* nobody waits here */
            } else {
#pragma omp atomic
                leaves++;
            }
        }
    }
}

int main(void)
{
    int first = 0, second = 0, inner = 0;

#pragma omp parallel num_threads(4)
#pragma omp single
    {
#pragma omp taskgroup
        spread(4);
        first = leaves;
#pragma omp taskgroup
        {
#pragma omp task shared(inner)
            {
#pragma omp taskgroup
                spread(2);
#pragma omp atomic write
                inner = 1;
            }
            spread(3);
        }
        second = leaves;
    }
    printf("%d %d %d\n", first, second, inner);
    return 0;
}

/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * The monotonic and nonmonotonic modifiers; under monotonic a thread's
 * iterations rise.
 */
#include <stdio.h>

int main(void)
{
    int wrong = 0, count = 0;

#pragma omp parallel num_threads(4) reduction(+ : wrong, count)
    {
        int before = -1;
#pragma omp for schedule(monotonic : dynamic, 3)
        for (int i = 0; i < 100; i++) {
            wrong += i <= before;
            before = i;
            count++;
        }
#pragma omp for schedule(nonmonotonic : dynamic, 3)
        for (int i = 0; i < 100; i++)
            count++;
#pragma omp for schedule(nonmonotonic : guided)
        for (int i = 0; i < 100; i++)
            count++;
    }
    printf("%d %d\n", wrong, count);
    return 0;
}

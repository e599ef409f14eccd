/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * single: one thread of the team, the others wait and see what it did; many
 * in a row, in a loop, with private and firstprivate.
 */
#include <stdio.h>

int main(void)
{
    static int data[100];
    int times = 0, wrong = 0, given = 3;

#pragma omp parallel num_threads(4) reduction(+ : wrong)
    for (int round = 1; round <= 50; round++) {
#pragma omp single
        {
            times++;
            for (int i = 0; i < 100; i++)
                data[i] = round;
        }
        for (int i = 0; i < 100; i += 9)
            wrong += data[i] != round;
#pragma omp single firstprivate(given)
        {
            given++;
            times += given - 4;
        }
    }
    printf("%d %d\n", times, wrong);
    return 0;
}

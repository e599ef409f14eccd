/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * schedule(auto): every iteration once.
 */
#include <stdio.h>

int main(void)
{
    int times[77] = {0}, wrong = 0;

#pragma omp parallel for schedule(auto)
    for (int i = 0; i < 77; i++)
        times[i]++;
    for (int i = 0; i < 77; i++)
        wrong += times[i] != 1;
    printf("%d\n", wrong);
    return 0;
}

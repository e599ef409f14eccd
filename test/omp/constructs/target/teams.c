/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * teams and distribute under target, with a loop shared out over both.
 */
// HARD: teams
#include <stdio.h>

int main(void)
{
    int times[200] = {0}, wrong = 0;
    long sum = 0;

#pragma omp target teams distribute parallel for map(tofrom : times)
    for (int i = 0; i < 200; i++)
        times[i]++;
#pragma omp target teams distribute map(tofrom : sum) reduction(+ : sum)
    for (int i = 0; i < 200; i++)
        sum += i;
    for (int i = 0; i < 200; i++)
        wrong += times[i] != 1;
    printf("%d %ld\n", wrong, sum);
    return 0;
}

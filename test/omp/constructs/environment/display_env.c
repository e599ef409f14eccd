/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * OMP_DISPLAY_ENV writes to stderr, and nothing to the program's output.
 */
// ENV: OMP_DISPLAY_ENV=true
#include <stdio.h>

int main(void)
{
    int sum = 0;

#pragma omp parallel for reduction(+ : sum)
    for (int i = 0; i < 10; i++)
        sum += i;
    printf("%d\n", sum);
    return 0;
}

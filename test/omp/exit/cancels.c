/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * A program that cancels, where the user wants that to have an effect: one line
 * instead of another result.
 *
 * RUN: %S/cancels.sh %t %s
 */
#include <stdio.h>

int main(void)
{
    int found = 0;
#pragma omp parallel for
    for (int i = 0; i < 1000; i++)
        if (i == 700) {
            found = i;
#pragma omp cancel for
        }
    printf("%d\n", found);
    return 0;
}

/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * single nowait: once each, and nobody waits.
 */
#include <stdio.h>

int main(void)
{
    int count[60] = {0}, wrong = 0;

#pragma omp parallel num_threads(4)
    for (int i = 0; i < 60; i++) {
#pragma omp single nowait
        {
#pragma omp atomic
            count[i]++;
        }
    }
    for (int i = 0; i < 60; i++)
        wrong += count[i] != 1;
    printf("%d\n", wrong);
    return 0;
}

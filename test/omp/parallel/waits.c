/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * --explain says when the first thread waits for more than it computes.
 *
 * RUN: %S/waits.sh %t %s
 */
#include <omp.h>

int main(void)
{
    long sum = 0;
    for (int i = 0; i < 50; i++)
#pragma omp parallel reduction(+ : sum)
        for (volatile int j = 0; j < 1000000 * omp_get_thread_num(); j++)
            sum++;
    return sum % 1000000 != 0;
}

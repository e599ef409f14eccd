/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * proc_bind is accepted, whatever it can do.
 */
#include <stdio.h>

int main(void)
{
    int sum = 0;

#pragma omp parallel proc_bind(close) num_threads(2) reduction(+ : sum)
    sum++;
#pragma omp parallel proc_bind(spread) num_threads(3) reduction(+ : sum)
    sum++;
#pragma omp parallel proc_bind(master) num_threads(4) reduction(+ : sum)
    sum++;
    printf("%d\n", sum);
    return 0;
}

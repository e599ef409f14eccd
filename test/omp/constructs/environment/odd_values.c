/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Values with blanks, in capitals, with a modifier: OMP_SCHEDULE accepts
 * them.
 */
// ENV: OMP_SCHEDULE=NONMONOTONIC:Guided,5
#include <omp.h>
#include <stdio.h>

int main(void)
{
    omp_sched_t kind;
    int chunk, sum = 0;

    omp_get_schedule(&kind, &chunk);
#pragma omp parallel for schedule(runtime) reduction(+ : sum)
    for (int i = 0; i < 100; i++)
        sum += i;
    printf("%d %d %d\n", (kind & 0x7fffffff) == omp_sched_guided, chunk, sum);
    return 0;
}

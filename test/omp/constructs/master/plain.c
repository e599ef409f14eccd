/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * master: thread zero of the team alone, and nobody waits for it.
 */
#include <omp.h>
#include <stdio.h>

int main(void)
{
    int times = 0, wrong = 0;

#pragma omp parallel num_threads(4)
    for (int i = 0; i < 30; i++) {
#pragma omp master
        {
            times++;
            wrong += omp_get_thread_num() != 0;
        }
    }
#pragma omp master
    times += 100; /* outside of a region too */
    printf("%d %d\n", times, wrong);
    return 0;
}

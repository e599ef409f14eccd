/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * schedule(static, K): chunk c goes to thread c modulo the team's size.
 */
#include <omp.h>
#include <stdio.h>

int main(void)
{
    for (int chunk = 1; chunk <= 40; chunk = chunk * 3 + 1) {
        int wrong = 0, count = 0;
#pragma omp parallel for num_threads(3) schedule(static, chunk)                \
    reduction(+ : wrong, count)
        for (int i = 5; i < 92; i++) {
            wrong += omp_get_thread_num() != (i - 5) / chunk % 3;
            count++;
        }
        printf("%d: %d %d\n", chunk, wrong, count);
    }
    return 0;
}

/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * flush, with and without a list: a thread waits for what another wrote
 * before it raised a flag.
 */
// THREADS: 2
#include <omp.h>
#include <stdio.h>

int main(void)
{
    int data[50], flag = 0, answer = 0, sum = 0;

#pragma omp parallel num_threads(2)
    {
        if (omp_get_thread_num() == 0) {
            for (int i = 0; i < 50; i++)
                data[i] = i;
#pragma omp flush(data)
#pragma omp atomic write
            flag = 1;
#pragma omp flush
            int back = 0;
            while (!back) {
#pragma omp flush
#pragma omp atomic read
                back = answer;
            }
        } else {
            int up = 0;
            while (!up) {
#pragma omp flush
#pragma omp atomic read
                up = flag;
            }
#pragma omp flush acquire
            for (int i = 0; i < 50; i++)
                sum += data[i];
#pragma omp flush release
#pragma omp atomic write
            answer = 1;
        }
    }
    printf("%d\n", sum);
    return 0;
}

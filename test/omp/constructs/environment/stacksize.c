/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * OMP_STACKSIZE is the stack of the threads: frames of two megabytes fit
 * into four.
 */
// ENV: OMP_STACKSIZE=4M
#include <stdio.h>
#include <string.h>

static __attribute__((noinline)) int use(int i)
{
    volatile char frame[2 << 20];

    memset((char *)frame, i, sizeof frame);
    return frame[i * 1000] + frame[sizeof frame - 1];
}

int main(void)
{
    int sum = 0;

#pragma omp parallel for num_threads(4) reduction(+ : sum) schedule(static, 1)
    for (int i = 0; i < 8; i++)
        sum += use(i);
    printf("%d\n", sum);
    return 0;
}

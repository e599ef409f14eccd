/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * exit in a region, in any thread.
 *
 * RUN: %same %s
 */
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>

static void bye(void)
{
    printf("bye\n");
}

int main(void)
{
    atexit(bye);
    printf("start\n");
#pragma omp parallel num_threads(4)
    {
#pragma omp barrier
        if (omp_get_thread_num() == 3) {
            printf("leaving\n");
            exit(7);
        }
#pragma omp barrier
    }
    return 0;
}

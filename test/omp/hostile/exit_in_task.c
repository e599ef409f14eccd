/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * exit from within a task, and handlers of atexit that read shared data:
 * they run once.
 */
// STATUS: 3
#include <stdio.h>
#include <stdlib.h>

static int prepared[1000];
static int runs;

static void at_end(void)
{
    long sum = 0;
    for (int i = 0; i < 1000; i++)
        sum += prepared[i];
    printf("at the end: %ld, run %d\n", sum, ++runs);
}

int main(void)
{
    atexit(at_end);
#pragma omp parallel
    {
#pragma omp for
        for (int i = 0; i < 1000; i++)
            prepared[i] = i;
#pragma omp single
        {
#pragma omp task if (0)
            exit(3);
        }
    }
    return 0;
}

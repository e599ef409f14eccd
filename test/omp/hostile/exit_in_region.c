/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * exit from within a region, by one thread, perhaps not on the host of main:
 * the status is the program's, what was printed before is there, and the
 * other threads do not go on for ever.
 */
// STATUS: 42
#include <stdio.h>
#include <stdlib.h>

static long steps;

int main(void)
{
    printf("started\n");
    fflush(stdout);
#pragma omp parallel
    {
#pragma omp single nowait
        {
            steps++;
            exit(42);
        }
#pragma omp barrier
    }
    printf("not reached\n");
    return 1;
}

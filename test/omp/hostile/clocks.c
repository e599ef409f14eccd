/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Time and sleep in regions: clocks do not run backwards for a thread,
 * sleeping threads delay nobody's data.
 */
#include <omp.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

static int done[8];

int main(void)
{
    int backwards = 0;
    double start = omp_get_wtime();

#pragma omp parallel for schedule(static, 1) reduction(+ : backwards)
    for (int i = 0; i < 8; i++) {
        struct timespec before, after, nap = {0, 2000000};
        double w = omp_get_wtime();
        clock_gettime(CLOCK_MONOTONIC, &before);
        nanosleep(&nap, NULL);
        usleep(500);
        clock_gettime(CLOCK_MONOTONIC, &after);
        backwards += after.tv_sec < before.tv_sec || omp_get_wtime() < w;
        done[i] = 1;
    }
    int sum = 0;
    for (int i = 0; i < 8; i++)
        sum += done[i];
    double seconds = omp_get_wtime() - start;
    printf("%d %d %d %d\n", sum, backwards, seconds > 0.0025, seconds < 30);
    return 0;
}

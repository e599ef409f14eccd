/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Time in regions: clocks do not run backwards for a thread, and threads that
 * wait for time to pass delay nobody's data.
 */
#include <omp.h>
#include <stdio.h>
#include <time.h>

static int done[8];

/* Both clocks come so far, and neither goes back on the way; how often one
 * did. */
static int wait_for(double seconds)
{
    int backwards = 0;
    struct timespec start, last, now;
    double last_w = omp_get_wtime(), end_w = last_w + seconds, w = last_w;
    clock_gettime(CLOCK_MONOTONIC, &start);
    now = start;
    while (w < end_w || (double)(now.tv_sec - start.tv_sec) +
                                1e-9 * (double)(now.tv_nsec - start.tv_nsec) <
                            seconds) {
        last = now;
        clock_gettime(CLOCK_MONOTONIC, &now);
        w = omp_get_wtime();
        backwards += now.tv_sec < last.tv_sec ||
                     (now.tv_sec == last.tv_sec && now.tv_nsec < last.tv_nsec);
        backwards += w < last_w;
        last_w = w;
    }
    return backwards;
}

int main(void)
{
    int backwards = 0;
    double start = omp_get_wtime();

#pragma omp parallel for schedule(static, 1) reduction(+ : backwards)
    for (int i = 0; i < 8; i++) {
        backwards += wait_for(0.0025);
        done[i] = 1;
    }
    int sum = 0;
    for (int i = 0; i < 8; i++)
        sum += done[i];
    double seconds = omp_get_wtime() - start;
    printf("%d %d %d %d\n", sum, backwards, seconds > 0.0025, seconds < 30);
    return 0;
}

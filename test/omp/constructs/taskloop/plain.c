/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * taskloop with grainsize, num_tasks, collapse, nogroup, if, lastprivate and
 * firstprivate; long and descending loops.
 */
#include <stdio.h>

static int times[500];

int main(void)
{
    int wrong = 0, given = 5, last = -1, late = 0;
    long sum = 0;

#pragma omp parallel num_threads(4)
#pragma omp single
    {
#pragma omp taskloop grainsize(10)
        for (int i = 0; i < 100; i++)
            times[i]++;
#pragma omp taskloop num_tasks(7) firstprivate(given) lastprivate(last)
        for (long i = 199; i >= 100; i--) {
            times[i] += given - 4;
            last = (int)i;
        }
#pragma omp taskloop collapse(2)
        for (int i = 0; i < 10; i++)
            for (int j = 0; j < 10; j++)
                times[200 + i * 10 + j]++;
#pragma omp taskloop if (0) grainsize(3)
        for (unsigned u = 300; u < 400; u++)
            times[u]++;
#pragma omp taskgroup
        {
#pragma omp taskloop nogroup num_tasks(5) shared(late)
            for (int i = 400; i < 500; i++) {
                times[i]++;
#pragma omp atomic
                late++;
            }
        }
        sum = late;
    }
    for (int i = 0; i < 500; i++)
        wrong += times[i] != 1;
    printf("%d %d %ld\n", wrong, last, sum);
    return 0;
}

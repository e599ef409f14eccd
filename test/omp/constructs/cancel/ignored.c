/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * cancel and cancellation point of all kinds, which have no effect as long as
 * OMP_CANCELLATION is not set: all iterations, sections and tasks run.
 */
#include <omp.h>
#include <stdio.h>

enum { N = 100 };

static int loop[N], after, sections[3], tasks[N], parallel;

int main(void)
{
#pragma omp parallel
    {
#pragma omp for
        for (int i = 0; i < N; i++) {
#pragma omp cancel for if (i == 3)
#pragma omp cancellation point for
            loop[i]++;
        }
#pragma omp barrier
#pragma omp atomic
        after += loop[N - 1];
#pragma omp sections
        {
            sections[0]++;
#pragma omp section
            {
#pragma omp cancel sections
                sections[1]++;
            }
#pragma omp section
            sections[2]++;
        }
#pragma omp single
#pragma omp taskgroup
        for (int i = 0; i < N; i++)
#pragma omp task firstprivate(i)
        {
#pragma omp cancel taskgroup
#pragma omp cancellation point taskgroup
            tasks[i]++;
        }
#pragma omp cancel parallel
#pragma omp atomic
        parallel++;
    }
    int sum = 0;
    for (int i = 0; i < N; i++)
        sum += loop[i] + tasks[i];
    printf("%d %d %d %d\n", sum, sections[0], sections[1], sections[2]);
    printf("%d %d\n", after == parallel, omp_get_cancellation());
    return 0;
}

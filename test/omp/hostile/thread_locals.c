/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * _Thread_local variables: each thread has its own, in whatever host; they
 * are there in the next region of the same team, and do not disturb shared
 * data.
 */
#include <omp.h>
#include <stdio.h>

static _Thread_local int mine = 5;
static _Thread_local char buffer[300];
static __thread long calls;
static long total_calls;

static const char *describe(int number)
{
    calls++;
    snprintf(buffer, sizeof buffer, "number %d", number);
    return buffer;
}

int main(void)
{
    int right = 0;

#pragma omp parallel num_threads(4) reduction(+ : right)
    {
        mine += omp_get_thread_num();
#pragma omp barrier
        right += mine == 5 + omp_get_thread_num();
        for (int i = 0; i < 10; i++)
            right += describe(mine)[7] == '5' + omp_get_thread_num();
#pragma omp atomic
        total_calls += calls;
    }
    printf("%d %d %ld\n", right, mine, total_calls);
    return 0;
}

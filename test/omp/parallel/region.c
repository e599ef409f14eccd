/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Regions: how many threads, who they are, what they share.
 *
 * RUN: %same %s
 */
#include <omp.h>
#include <stdio.h>

static int seen[256], count;
static const char *words[] = {"one", "two", "three"};

int main(void)
{
    int own[256] = {0}, first = 41;
    long sum = 0;
#pragma omp parallel firstprivate(first)
    {
        first++;
        seen[omp_get_thread_num()]++;
        own[omp_get_thread_num()] = first;
#pragma omp atomic
        sum += omp_get_thread_num();
#pragma omp master
        count = omp_get_num_threads();
    }
    printf("%d\n", count == omp_get_max_threads());
    for (int i = 0; i < count; i++)
        if (seen[i] != 1 || own[i] != 42)
            printf("thread %d was wrong\n", i);
    printf("%d %s\n", sum == (long)count * (count - 1) / 2, words[1]);

    for (int n = 1; n < 20; n += 3) {
        int got = 0, present = 0;
#pragma omp parallel num_threads(n) reduction(+ : present) proc_bind(spread)
        {
            present++;
            if (omp_get_thread_num() == 0)
                got = omp_get_num_threads();
        }
        printf("%d threads of %d, %d present\n", got, n, present);
    }
#pragma omp parallel if (first == 0)
    printf("if: %d %d\n", omp_get_num_threads(), omp_in_parallel());
    omp_set_num_threads(3);
#pragma omp parallel
#pragma omp single
    printf("set: %d\n", omp_get_num_threads());
    return 0;
}

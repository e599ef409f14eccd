/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Limits of threads: what teams and target say holds for the regions in them.
 */
#include <omp.h>
#include <stdio.h>

static int size_of(int wanted)
{
    int threads = 0;
#pragma omp parallel num_threads(wanted) reduction(+ : threads)
    threads += 1;
    return threads;
}

static int limit_now(void)
{
    return omp_get_thread_limit();
}

int main(void)
{
    printf("%d\n", size_of(7));
    omp_set_num_threads(5);
    printf("%d\n", size_of(0)); /* as if there was no clause */
#pragma omp teams num_teams(1) thread_limit(3)
    {
        int many = size_of(7), few = size_of(2), limit = limit_now();
        printf("%d %d %d\n", many, few, limit);
    }
    printf("%d %d\n", size_of(7), limit_now() > 3);
#pragma omp target teams num_teams(1) thread_limit(2)
    {
        int many = size_of(7), limit = limit_now();
        printf("%d %d\n", many, limit);
    }
#pragma omp teams
    if (omp_get_team_num() == 0)
        printf("%d\n", size_of(7));
#pragma omp target thread_limit(2)
    printf("%d\n", size_of(7));
    omp_set_teams_thread_limit(4);
#pragma omp teams num_teams(1)
    printf("%d\n", size_of(7));
#pragma omp teams num_teams(1) thread_limit(1)
    printf("%d\n", size_of(7));
    printf("%d\n", size_of(7));
    return 0;
}

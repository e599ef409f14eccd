/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Regions within regions: with one active level the inner ones are teams of
 * one, which still do all of their work.
 */
// ENV: OMP_MAX_ACTIVE_LEVELS=1
#include <omp.h>
#include <stdio.h>

static long inner(int id, int *levels)
{
    long sum = 0;
    int local[20];

#pragma omp parallel num_threads(4) shared(local) reduction(+ : sum)
    {
#pragma omp single
        *levels = omp_get_level() * 100 + omp_get_active_level() * 10 +
                  omp_get_num_threads();
#pragma omp for schedule(dynamic)
        for (int i = 0; i < 20; i++)
            local[i] = i * id;
#pragma omp for
        for (int i = 0; i < 20; i++)
            sum += local[19 - i] + omp_get_thread_num();
#pragma omp critical
        sum++;
    }
    return sum;
}

int main(void)
{
    long sums[6] = {0};
    int levels[6];

#pragma omp parallel for num_threads(3) schedule(static, 1)
    for (int i = 0; i < 6; i++)
        for (int again = 0; again < 3; again++)
            sums[i] += inner(i, &levels[i]);
    for (int i = 0; i < 6; i++)
        printf("%ld %d\n", sums[i], levels[i]);
    return 0;
}

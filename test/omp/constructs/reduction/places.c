/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Reductions of parallel, of for within a region, of sections, of an
 * orphaned loop; repeated into the same variable; used right after the
 * barrier, and with nowait after an explicit one.
 */
#include <omp.h>
#include <stdio.h>

static long global;

static void orphan(void)
{
#pragma omp for reduction(+ : global)
    for (int i = 0; i < 10; i++)
        global += i;
}

int main(void)
{
    long members = 0, sum = 0, late = 0;
    int wrong = 0;

#pragma omp parallel reduction(+ : members) num_threads(4)
    members += omp_get_thread_num() + 1;
#pragma omp parallel num_threads(4) reduction(+ : wrong)
    {
        for (int round = 1; round <= 20; round++) {
#pragma omp for reduction(+ : sum) schedule(dynamic)
            for (int i = 0; i < 16; i++)
                sum += i;
            wrong += sum != 120l * round;
#pragma omp barrier
        }
#pragma omp for reduction(max : late) nowait
        for (int i = 0; i < 100; i++)
            late = i * i % 97 > late ? i * i % 97 : late;
#pragma omp barrier
        wrong += late != 96;
        orphan();
#pragma omp sections reduction(+ : sum)
        {
#pragma omp section
            sum += 1000;
#pragma omp section
            sum += 2000;
        }
        wrong += sum != 120 * 20 + 3000;
    }
    orphan();
    printf("%ld %ld %ld %ld %d\n", members, sum, late, global, wrong);
    return 0;
}

/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * taskwait with depend waits for the tasks it names; mutexinoutset lets
 * tasks in one at a time.
 */
// HARD: taskwait depend, mutexinoutset
#include <stdio.h>

int main(void)
{
    long first = 0, sum = 0, got = 0;

#pragma omp parallel num_threads(4)
#pragma omp single
    {
#pragma omp task depend(out : first) shared(first)
        first = 12;
#pragma omp taskwait depend(in : first)
        got = first;
        for (int i = 0; i < 30; i++) {
#pragma omp task depend(mutexinoutset : sum) shared(sum)
            sum += i;
        }
#pragma omp task depend(in : sum) shared(sum, got)
        got += sum;
#pragma omp taskwait
    }
    printf("%ld %ld\n", got, sum);
    return 0;
}

/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * task with if, final, mergeable, untied and priority: if(0) runs before the
 * next statement, final tasks have only included descendants.
 */
#include <omp.h>
#include <stdio.h>

static long sum_to(int from, int to)
{
    long left = 0, right = 0;

    if (to - from == 1)
        return from;
#pragma omp task shared(left) final(to - from < 16) mergeable
    left = sum_to(from, (from + to) / 2);
#pragma omp task shared(right) priority(3) untied
    right = sum_to((from + to) / 2, to);
#pragma omp taskwait
    return left + right;
}

int main(void)
{
    long sum = 0;
    int at_once = 0, wrong = 0, outside = omp_in_final();

#pragma omp parallel num_threads(4)
#pragma omp single
    {
        sum = sum_to(0, 200);
        for (int i = 0; i < 20; i++) {
#pragma omp task if (0) shared(at_once)
            at_once++;
            wrong += at_once != i + 1;
        }
#pragma omp task final(1) shared(wrong)
        {
            int inner = 0, missed = !omp_in_final();
#pragma omp task shared(inner)
            inner = omp_in_final();
            missed += inner != 1; /* included: done by now */
#pragma omp atomic
            wrong += missed;
        }
#pragma omp task shared(wrong)
        {
#pragma omp atomic
            wrong += omp_in_final();
        }
    }
    printf("%ld %d %d %d %d\n", sum, at_once, wrong, outside,
           omp_get_max_task_priority());
    return 0;
}

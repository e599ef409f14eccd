/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Dependences on all memory, of tasks and of taskwait; and a taskwait that does
 * not wait, which others depend on.
 *
 * RUN: %same %s
 */
#include <stdio.h>

/* Nothing but such tasks. */
static void chain(void)
{
    int x = 0;
    for (int i = 0; i < 20; i++)
#pragma omp task depend(inout : omp_all_memory) shared(x) firstprivate(i)
        x = (3 * x + i) % 10007;
#pragma omp taskwait
    printf("%d\n", x);
}

/* SAYS: 6334
 * SAYS: 1 2 21 22 23
 * SAYS: 40
 * SAYS: 45 45
 * SAYS: 101 102
 */
int main(void)
{
    int a = 0, b = 0, seen[5] = {0}, sum = 0, first = 0, second = 0;
#pragma omp parallel num_threads(4)
#pragma omp single
    {
        chain();
#pragma omp task depend(out : a) shared(a)
        a = 1;
#pragma omp task depend(out : b) shared(b)
        b = 2;
        /* After all before it, whatever they depend on. */
#pragma omp task depend(inout : omp_all_memory) shared(a, b, seen)
        {
            seen[0] = a;
            seen[1] = b;
            a = 20;
        }
        /* All after it, also of what nobody has depended on until now. */
        for (int i = 2; i < 5; i++)
#pragma omp task depend(out : seen[i]) shared(a, seen) firstprivate(i)
            seen[i] = a + i - 1;
#pragma omp task depend(in : a) shared(a, sum)
        sum += 2 * a;
#pragma omp taskwait
        printf("%d %d %d %d %d\n", seen[0], seen[1], seen[2], seen[3], seen[4]);
        printf("%d\n", sum);

        int parts[10], all = 0;
        for (int i = 0; i < 10; i++)
#pragma omp task depend(out : parts[i]) shared(parts) firstprivate(i)
            parts[i] = i;
#pragma omp task depend(out : omp_all_memory) shared(parts, all)
        for (int i = 0; i < 10; i++)
            all += parts[i];
#pragma omp task depend(out : omp_all_memory) shared(all, sum)
        sum = all;
#pragma omp taskwait depend(inout : omp_all_memory)
        printf("%d %d\n", all, sum);

        for (int i = 0; i < 100; i++) {
#pragma omp task depend(inout : first) shared(first)
            first++;
#pragma omp taskwait depend(in : first) depend(out : second) nowait
#pragma omp task depend(inout : second) shared(first, second)
            second = first + 1;
#pragma omp task depend(inout : second) depend(in : first) shared(second)
            second++;
        }
#pragma omp taskwait
        printf("%d %d\n", first + 1, second);
    }
    return 0;
}

/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * taskloop with strict grains and numbers: how far each iteration is from its
 * task's first.
 */
#include <stdio.h>

static int at[64];

/* And that there are no more. */
static void print(int count)
{
    for (int i = 0; i <= count; i++)
        printf("%d%c", at[i], i < count ? ' ' : '\n');
    for (int i = 0; i < 64; i++)
        at[i] = -1;
}

int main(void)
{
    int n = 0;
#pragma omp parallel num_threads(4)
#pragma omp single
    {
        for (int count = 20; count <= 22; count++) {
#pragma omp taskloop grainsize(strict : 7) firstprivate(n)
            for (int i = 0; i < count; i++)
                at[i] = n++;
            print(count);
        }
#pragma omp taskloop grainsize(strict : 100) firstprivate(n)
        for (int i = 0; i < 9; i++)
            at[i] = n++;
        print(9);
#pragma omp taskloop grainsize(strict : 1) firstprivate(n)
        for (int i = 40; i > 31; i -= 2)
            at[(40 - i) / 2] = 10 + n++;
        print(5);
#pragma omp taskloop num_tasks(strict : 4) firstprivate(n)
        for (int i = 0; i < 12; i++)
            at[i] = n++;
        print(12);
    }
    return 0;
}

/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Barriers, loops and singles that stand in functions called from a region
 * (orphaned constructs), and outside of any region.
 */
#include <stdio.h>

static int data[64], sum;

static void fill(int factor)
{
#pragma omp for
    for (int i = 0; i < 64; i++)
        data[i] = i * factor;
}

static void add(void)
{
#pragma omp for reduction(+ : sum)
    for (int i = 0; i < 64; i++)
        sum += data[63 - i];
#pragma omp barrier
#pragma omp single
    data[0] = sum;
}

int main(void)
{
    fill(1);
    add();
    printf("%d\n", data[0]);
#pragma omp parallel num_threads(3)
    {
        fill(2);
        add();
        add();
    }
    printf("%d %d\n", data[0], sum);
    return 0;
}

/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * What tasks print that depend on each other comes in the order of that,
 * wherever they were made and are run.
 *
 * RUN: %same %s
 */
#include <stdio.h>

enum { MAKERS = 8, LINKS = 40 };

static int turn, left[LINKS], right[LINKS];

static void work(void)
{
    volatile int spins = 0;
    while (spins < 20000)
        spins++;
}

/* Each maker is a task, which any host may run; so its own tasks are of that
 * host, and others may take some. */
static void chain(int maker)
{
    int both;
    for (int i = 0; i < LINKS; i++) {
#pragma omp task depend(in : both) depend(out : left[i])
        work();
#pragma omp task depend(in : both) depend(out : right[i])
        work();
        printf("%d makes %d\n", maker, i);
#pragma omp task depend(in : left[i], right[i]) depend(out : both)
        {
            printf("%d runs %d\n", maker, i);
            turn++;
        }
#pragma omp taskwait
    }
}

int main(void)
{
#pragma omp parallel
#pragma omp single
    for (int maker = 0; maker < MAKERS; maker++) {
#pragma omp task depend(inout : turn)
        chain(maker);
    }
    printf("%d turns\n", turn);
}

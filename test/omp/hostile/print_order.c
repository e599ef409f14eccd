/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * printf from critical, ordered, single and master, in loops and one after
 * the other, without a line feed, and between puts of main: the output has
 * the order of the program.
 */
#include <omp.h>
#include <stdio.h>

int main(void)
{
    static int turn;

    printf("before; ");
#pragma omp parallel
    {
#pragma omp master
        printf("master; ");
#pragma omp barrier
#pragma omp single
        printf("single; ");
#pragma omp for ordered schedule(dynamic, 1)
        for (int i = 0; i < 10; i++) {
#pragma omp ordered
            printf("%d ", i);
        }
#pragma omp single
        putchar('\n');
    }
    /* In turns, each in a critical: the order is that of the turns. */
#pragma omp parallel
    {
        int me = omp_get_thread_num(), team = omp_get_num_threads();
        for (int done = 0; !done;) {
#pragma omp critical
            {
                if (turn >= 12)
                    done = 1;
                else if (turn % team == me)
                    printf("turn %d%s", turn, turn == 11 ? "\n" : ", "), turn++;
            }
        }
    }
    for (int i = 0; i < 5; i++) {
        printf("%d", i);
#pragma omp parallel
#pragma omp single
        printf(":%d ", i * i);
    }
    puts("");
#pragma omp parallel for ordered schedule(static, 1)
    for (int i = 0; i < 6; i++) {
#pragma omp ordered
        puts(i % 2 ? "odd" : "even");
    }
    fputs("after\n", stdout);
    return 0;
}

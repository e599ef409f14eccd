/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Static locals as counters and caches of a function that all threads call:
 * there is one of each in the whole program.
 */
#include <stdio.h>

static int next_ticket(void)
{
    static int tickets;
    int mine;
#pragma omp atomic capture
    mine = tickets++;
    return mine;
}

/* Remembers what it has computed, whoever asked. */
static long cached_square(int n)
{
    static long cache[100];
    static int computed;
    long square;
#pragma omp critical(cache)
    {
        if (cache[n] == 0) {
            cache[n] = (long)n * n + 1;
            computed++;
        }
        square = n == 0 ? computed : cache[n] - 1;
    }
    return square;
}

/* Two of the same name: each function has its own. */
static int other_count(void)
{
    static int tickets = 1000;
    int now;
#pragma omp atomic capture
    now = --tickets;
    return now;
}

int main(void)
{
    int taken[200] = {0}, twice = 0;
    long squares = 0;

#pragma omp parallel for schedule(dynamic, 4) reduction(+ : squares)
    for (int i = 0; i < 200; i++) {
        int ticket = next_ticket();
#pragma omp atomic
        taken[ticket]++;
        squares += cached_square(1 + i % 99);
        other_count();
    }
    for (int i = 0; i < 200; i++)
        twice += taken[i] != 1;
    printf("%d %ld %ld %d\n", twice, squares, cached_square(0), other_count());
    return 0;
}

/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Pointers to two buffers that one thread exchanges in a single, round by
 * round, within one region; the pointers are locals, globals, and members.
 */
#include <stdio.h>
#include <stdlib.h>

enum { CELLS = 2000 };
static double *global_old, *global_new;

static double by_globals(int rounds)
{
    global_old = calloc(CELLS, sizeof(double));
    global_new = calloc(CELLS, sizeof(double));
    global_old[CELLS / 2] = 1024;
#pragma omp parallel
    for (int r = 0; r < rounds; r++) {
#pragma omp for
        for (int i = 1; i < CELLS - 1; i++)
            global_new[i] = (global_old[i - 1] + global_old[i + 1]) / 2;
#pragma omp single
        {
            double *swap = global_old;
            global_old = global_new;
            global_new = swap;
        }
    }
    double result = global_old[CELLS / 2] + global_old[CELLS / 2 - 2];
    free(global_old);
    free(global_new);
    return result;
}

static int by_members(int rounds)
{
    struct {
        int *side[2];
        int now;
    } state = {{NULL, NULL}, 0};
    int a[500], b[500];

    state.side[0] = a;
    state.side[1] = b;
    for (int i = 0; i < 500; i++)
        a[i] = i;
#pragma omp parallel num_threads(3)
    for (int r = 0; r < rounds; r++) {
        const int *from = state.side[state.now];
        int *to = state.side[1 - state.now];
#pragma omp for schedule(static, 50)
        for (int i = 0; i < 500; i++)
            to[i] = from[(i + 1) % 500] + 1;
#pragma omp single
        state.now = 1 - state.now;
    }
    return state.side[state.now][499];
}

int main(void)
{
    printf("%.3f %d\n", by_globals(20), by_members(33));
    return 0;
}

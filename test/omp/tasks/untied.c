/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Untied tasks with locals whose size is known when they run, which live over
 * scheduling points: of the task and of a loop of tasks.
 *
 * RUN: %same %s
 */
#include <alloca.h>
#include <omp.h>
#include <stdio.h>
#include <string.h>

struct cell {
    int top, left;
    const char *name;
};

static int size = 12;
static struct cell board[13];

static long place(int id, int level)
{
    long sum = 0;
    int moves[4] = {1, 2, 3, 4};
    for (int i = 0; i < 4; i++) {
#pragma omp task untied firstprivate(moves, i, id, level) shared(sum)
        {
            struct cell cells[size + 1];
            int *more = alloca(sizeof *more * (size_t)size);
            memcpy(cells, board, sizeof cells);
            cells[id].top = moves[i];
            for (int k = 0; k < size; k++)
                more[k] = k * i;
            long below = level < 3 ? place(id + 1, level + 1) : 0;
#pragma omp taskyield
            for (int k = 0; k < size; k++)
                below += more[k] + cells[k].top + cells[k].name[0];
#pragma omp atomic
            sum += below;
        }
    }
#pragma omp taskwait
    return sum;
}

static long fill(void)
{
    long sum = 0;
#pragma omp taskloop untied grainsize(5) shared(sum)
    for (int i = 0; i < 40; i++) {
        int row[size + i];
        for (int k = 0; k < size + i; k++)
            row[k] = i + k;
#pragma omp taskyield
        for (int k = 0; k < size + i; k++)
#pragma omp atomic
            sum += row[k];
    }
    return sum;
}

int main(void)
{
    long placed = 0, filled = 0;
    for (int i = 0; i <= size; i++)
        board[i] = (struct cell){.top = i, .name = "cell" + i % 4};
#pragma omp parallel
#pragma omp single
    {
        placed = place(0, 0);
        filled = fill();
    }
    printf("%ld %ld\n", placed, filled);
    return 0;
}

/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Queens by tasks: the board is an array on the stack of the parent, copied
 * into every task, which adds to a counter of the first caller.
 */
#include <stdio.h>
#include <string.h>

struct board {
    int size;
    int row;
    signed char column[12];
};

static int attacked(const struct board *b, int column)
{
    for (int r = 0; r < b->row; r++) {
        int distance = b->row - r;
        if (b->column[r] == column || b->column[r] == column + distance ||
            b->column[r] == column - distance)
            return 1;
    }
    return 0;
}

static void place(const struct board *board, long *solutions)
{
    if (board->row == board->size) {
#pragma omp atomic
        ++*solutions;
        return;
    }
    for (int c = 0; c < board->size; c++) {
        if (attacked(board, c))
            continue;
        struct board next = *board;
        next.column[next.row++] = (signed char)c;
#pragma omp task firstprivate(next) final(next.row > 2) mergeable
        place(&next, solutions);
    }
#pragma omp taskwait
}

int main(void)
{
    for (int size = 4; size <= 7; size++) {
        struct board empty = {.size = size};
        long solutions = 0;
#pragma omp parallel
#pragma omp single
        place(&empty, &solutions);
        printf("%d: %ld\n", size, solutions);
    }
    return 0;
}

/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Conway's game of life on a torus.  A cell has a byte; the rows have one more
 * at each end, and there is one more row above and below, which repeat the
 * other side, so that the inner loop knows nothing of the edges.
 *
 * One parallel region has all generations.  Its threads meet twice in each:
 * when the new cells are there, and when the edges have been repeated.
 */
#include "common.h"

struct board {
    long rows;
    long columns;
    long width;   /* of a row in memory: columns + 2 */
    uint8_t *old; /* rows 0 and rows + 1 repeat rows `rows` and 1 */
    uint8_t *new;
};

static uint8_t *row_of(const struct board *board, uint8_t *cells, long i)
{
    return cells + i * board->width;
}

static uint8_t start_cell(long i, long j, long columns)
{
    return random_bits((uint64_t)(i * columns + j)) % 10 < 3;
}

static void next_row(const struct board *board, long i)
{
    const uint8_t *above = row_of(board, board->old, i - 1);
    const uint8_t *here = row_of(board, board->old, i);
    const uint8_t *below = row_of(board, board->old, i + 1);
    uint8_t *restrict to = row_of(board, board->new, i);
    long columns = board->columns; /* which a cell might overwrite otherwise */

    for (long j = 1; j <= columns; j++) {
        int sum = above[j - 1] + above[j] + above[j + 1] + here[j - 1] +
                  here[j + 1] + below[j - 1] + below[j] + below[j + 1];
        to[j] = (uint8_t)((sum == 3) | ((sum == 2) & here[j]));
    }
    to[0] = to[columns];
    to[columns + 1] = to[1];
}

static void repeat_edges(const struct board *board, uint8_t *cells)
{
    size_t bytes = (size_t)board->width;

    memcpy(row_of(board, cells, 0), row_of(board, cells, board->rows), bytes);
    memcpy(row_of(board, cells, board->rows + 1), row_of(board, cells, 1),
           bytes);
}

static void fill(const struct board *board)
{
    for (long i = 1; i <= board->rows; i++) {
        uint8_t *row = row_of(board, board->old, i);
        for (long j = 1; j <= board->columns; j++)
            row[j] = start_cell(i, j, board->columns);
        row[0] = row[board->columns];
        row[board->columns + 1] = row[1];
    }
    repeat_edges(board, board->old);
}

static void swap(struct board *board)
{
    uint8_t *old = board->old;
    board->old = board->new;
    board->new = old;
}

static void live(struct board *board, long generations)
{
#pragma omp parallel
    for (long g = 0; g < generations; g++) {
#pragma omp for schedule(static)
        for (long i = 1; i <= board->rows; i++)
            next_row(board, i);
#pragma omp single
        {
            repeat_edges(board, board->new);
            swap(board);
        }
    }
}

static void live_alone(struct board *board, long generations)
{
    for (long g = 0; g < generations; g++) {
        for (long i = 1; i <= board->rows; i++)
            next_row(board, i);
        repeat_edges(board, board->new);
        swap(board);
    }
}

static struct board make_board(long rows, long columns)
{
    struct board board = {rows, columns, columns + 2, NULL, NULL};
    size_t bytes = (size_t)((rows + 2) * board.width);

    board.old = malloc(bytes);
    board.new = malloc(bytes);
    need(board.old);
    need(board.new);
    fill(&board);
    return board;
}

static const char *check(const struct board *result, long generations,
                         double *seconds)
{
    struct board board = make_board(result->rows, result->columns);
    size_t bytes = (size_t)((board.rows + 2) * board.width);

    *seconds = -seconds_now();
    live_alone(&board, generations);
    *seconds += seconds_now();
    int equal = memcmp(board.old, result->old, bytes) == 0;
    free(board.old);
    free(board.new);
    return equal ? NULL : "wrong: another board than one thread gets";
}

int main(int argc, char **argv)
{
    long rows = 2048, columns = 2048, generations = 200;
    const struct parameter parameters[] = {
        {"ROWS", &rows, 1, 100000, "rows of the board"},
        {"COLUMNS", &columns, 1, 100000, "columns of the board"},
        {"GENERATIONS", &generations, 0, 1000000, "generations"},
        {0},
    };
    struct program program = {
        .name = "life",
        .about = "Conway's game of life on a torus.",
        .parameters = parameters,
    };
    read_arguments(&program, argc, argv);

    struct board board = make_board(rows, columns);
    double seconds = -seconds_now(), sequential = 0;
    live(&board, generations);
    seconds += seconds_now();

    uint64_t sum = 0;
    long alive = 0;
#pragma omp parallel for schedule(static) reduction(+ : sum, alive)
    for (long i = 1; i <= rows; i++) {
        const uint8_t *row = row_of(&board, board.old, i);
        for (long j = 1; j <= columns; j++) {
            alive += row[j];
            sum += term((uint64_t)(i * columns + j), row[j]);
        }
    }
    const char *wrong = NULL;
    if (program.check)
        wrong = check(&board, generations, &sequential);
    free(board.old);
    free(board.new);
    return report(&program, seconds, sequential, wrong,
                  "%ld x %ld, %ld generations: %ld alive, checksum %016llx",
                  rows, columns, generations, alive, (unsigned long long)sum);
}

/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Red-black successive over-relaxation: the cells of a grid move towards the
 * mean of their four neighbours, all red ones first, then all black ones, as
 * on a chess board.  The cells at the edges are fixed.
 *
 * The cells of each colour have a matrix of their own, so that the inner loop
 * has unit stride: cell k of a colour's row is in column 2k or 2k + 1 of the
 * grid, alternating from row to row.  A row of a matrix is an element, so it
 * is its own minipage whatever its length.  Every host computes a block of
 * rows, and only the rows at the borders of the blocks ever travel: one in
 * each direction per half sweep.
 *
 * The greatest size is fixed when compiling, because a shared array has a
 * shape: -DROWS=2048 -DCOLS=2048 makes the other usual grid.
 */
#include "common.h"

#ifndef ROWS
#define ROWS 32768
#endif
#ifndef COLS
#define COLS 64
#endif
#define HALF (COLS / 2)

typedef double cell;

static const cell omega = 1.25;

#pragma millipage shared granularity(element)
cell red[ROWS][HALF];

#pragma millipage shared granularity(element)
cell black[ROWS][HALF];

static cell start_value(long row, long col)
{
    return random_unit((uint64_t)(row * COLS + col));
}

/* A row's cells of one colour.  The neighbours to the left and to the right
 * are of the other colour, in the same row; those above and below have the
 * same index k.  `odd` says in which of the columns 2k and 2k + 1 we are; the
 * one at the edge of the grid, if it is ours, is left out. */
static void relax(cell *restrict ours, const cell *restrict across,
                  const cell *restrict above, const cell *restrict below,
                  long half, int odd)
{
    for (long k = 1 - odd; k < half - odd; k++) {
        cell sum =
            (above[k] + below[k]) + (across[k - 1 + odd] + across[k + odd]);
        ours[k] += omega * (sum / 4 - ours[k]);
    }
}

static void initialise(long from, long to, long cols)
{
    for (long i = from; i < to; i++) {
        for (long k = 0; k < cols / 2; k++) {
            red[i][k] = start_value(i, 2 * k + (i & 1));
            black[i][k] = start_value(i, 2 * k + 1 - (i & 1));
        }
    }
}

static void relax_red(long i, long half)
{
    relax(red[i], black[i], black[i - 1], black[i + 1], half, i & 1);
}

static void relax_black(long i, long half)
{
    relax(black[i], red[i], red[i - 1], red[i + 1], half, ~i & 1);
}

/* What a half sweep needs of other hosts is asked for when it begins: to
 * read, their rows beyond our block, and to write, our own first and last
 * row, which they have read in the half before. */
static void prefetch(const cell *before, const cell *after, const cell *first,
                     const cell *last)
{
    const size_t row = HALF * sizeof(cell);
    const struct mpg_range needed[] = {
        {before, row, 0}, {after, row, 0}, {first, row, 1}, {last, row, 1}};
    mpg_prefetch_ranges(needed, 4);
}

/* It travels while we compute the rows that need nothing of it; the first and
 * the last row of the block come at the end. */
static void relax_block(void (*relax_row)(long, long), long from, long to,
                        long half)
{
    for (long i = from + 1; i < to - 1; i++)
        relax_row(i, half);
    relax_row(from, half);
    if (from < to - 1)
        relax_row(to - 1, half);
}

static void sweep(long from, long to, long half, long sweeps)
{
    for (long s = 0; s < sweeps; s++) {
        if (from < to) {
            prefetch(black[from - 1], black[to], red[from], red[to - 1]);
            relax_block(relax_red, from, to, half);
        }
        mpg_barrier();
        if (from < to) {
            prefetch(red[from - 1], red[to], black[from], black[to - 1]);
            relax_block(relax_black, from, to, half);
        }
        mpg_barrier();
    }
}

/* The sequential computation, on private memory. */
struct plain {
    cell *colour[2];
    double seconds;
};

static void plain_half(const struct plain *plain, int colour, long rows,
                       long half)
{
    for (long i = 1; i < rows - 1; i++) {
        cell *restrict ours = plain->colour[colour] + i * half;
        const cell *restrict other = plain->colour[1 - colour] + i * half;
        int right = (i + colour) & 1; /* our column is 2k + right */
        for (long k = right ? 0 : 1; k < (right ? half - 1 : half); k++) {
            cell sum = (other[k - half] + other[k + half]) +
                       (other[k + right - 1] + other[k + right]);
            ours[k] += omega * (sum / 4 - ours[k]);
        }
    }
}

static struct plain compute_plain(long rows, long cols, long sweeps)
{
    struct plain plain;
    long half = cols / 2;

    for (int colour = 0; colour < 2; colour++) {
        plain.colour[colour] =
            private_alloc((size_t)(rows * half) * sizeof(cell));
        for (long i = 0; i < rows; i++)
            for (long k = 0; k < half; k++)
                plain.colour[colour][i * half + k] =
                    start_value(i, 2 * k + ((i + colour) & 1));
    }
    plain.seconds = -seconds_now();
    for (long s = 0; s < sweeps; s++) {
        plain_half(&plain, 0, rows, half);
        plain_half(&plain, 1, rows, half);
    }
    plain.seconds += seconds_now();
    return plain;
}

/* Both do the same operations on every cell in the same order, so the
 * results are equal to the last bit.  Returns NULL, or the first difference. */
static const char *difference(const struct plain *plain, long rows, long cols)
{
    static char text[192];
    long half = cols / 2;

    for (long i = 0; i < rows; i++) {
        for (long k = 0; k < half; k++) {
            cell right_red = plain->colour[0][i * half + k];
            cell right_black = plain->colour[1][i * half + k];
            if (red[i][k] == right_red && black[i][k] == right_black)
                continue;
            snprintf(text, sizeof text,
                     "row %ld, cells %ld: %.17g and %.17g, must be %.17g and "
                     "%.17g",
                     i, k, red[i][k], black[i][k], right_red, right_black);
            return text;
        }
    }
    return NULL;
}

int main(int argc, char **argv)
{
    long rows = ROWS, cols = COLS, sweeps = 10;
    const struct parameter parameters[] = {
        {"ROWS", &rows, 3, ROWS, NULL, "rows of the grid"},
        {"COLS", &cols, 4, COLS, NULL, "columns, rounded down to even"},
        {"SWEEPS", &sweeps, 0, 1000000, NULL, "sweeps over the grid"},
        {0},
    };
    struct program program = {
        .name = "sor",
        .about = "Red-black successive over-relaxation of a grid.",
        .parameters = parameters,
    };
    read_arguments(&program, argc, argv);
    cols &= ~1l;

    int host = mpg_host(), hosts = mpg_hosts();
    long from = first_of(host, hosts, rows);
    long to = first_of(host + 1, hosts, rows);
    initialise(from, to, cols);
    mpg_barrier();

    char what[96];
    struct outcome outcome = {.what = what,
                              .shared = sizeof red + sizeof black};
    snprintf(what, sizeof what, "%ld x %ld, %ld sweeps", rows, cols, sweeps);
    outcome.seconds = -seconds_now();
    sweep(from > 0 ? from : 1, to < rows ? to : rows - 1, cols / 2, sweeps);
    outcome.seconds += seconds_now();
    mpg_stats(&outcome.stats, sizeof outcome.stats);
    if (host != 0)
        return 0;

    if (program.check) {
        struct plain plain = compute_plain(rows, cols, sweeps);
        outcome.sequential = plain.seconds;
        outcome.wrong = difference(&plain, rows, cols);
        free(plain.colour[0]);
        free(plain.colour[1]);
    }
    return report(&program, &outcome);
}

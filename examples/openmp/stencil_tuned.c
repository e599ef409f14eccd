/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * stencil.c with a pragma for each of its two grids.
 *
 * Without it a grid moves page by page, and a row of 2048 doubles has four
 * pages: a border row costs four requests, four answers, four invalidations.
 * A granularity of 16384 bytes makes a row one minipage, so it costs one of
 * each.  The rows of another width are not one minipage each; that costs time,
 * never correctness.
 */
#include "common.h"

static void relax_row(double *restrict new, const double *restrict old,
                      long columns)
{
    const double *above = old - columns, *below = old + columns;

    for (long j = 1; j < columns - 1; j++)
        new[j] = ((above[j] + below[j]) + (old[j - 1] + old[j + 1])) * 0.25;
}

static void fill_row(double *row, long i, long columns)
{
    for (long j = 0; j < columns; j++)
        row[j] = random_unit((uint64_t)(i * columns + j));
}

/* Returns the grid that has the result. */
static double *relax(double *old, double *new, long rows, long columns,
                     long sweeps)
{
    for (long s = 0; s < sweeps; s++) {
#pragma omp parallel for schedule(static)
        for (long i = 1; i < rows - 1; i++)
            relax_row(new + i *columns, old + i * columns, columns);
        double *swap = old;
        old = new;
        new = swap;
    }
    return old;
}

static double *relax_alone(double *old, double *new, long rows, long columns,
                           long sweeps)
{
    for (long s = 0; s < sweeps; s++) {
        for (long i = 1; i < rows - 1; i++)
            relax_row(new + i *columns, old + i * columns, columns);
        double *swap = old;
        old = new;
        new = swap;
    }
    return old;
}

/* Both do the same operations on every cell in the same order, so the
 * results are equal to the last bit. */
static const char *check(const double *grid, long rows, long columns,
                         long sweeps, double *seconds)
{
    static char text[128];
    size_t bytes = (size_t)(rows * columns) * sizeof(double);
    double *even = malloc(bytes), *odd = malloc(bytes);
    const char *wrong = NULL;

    need(even);
    need(odd);
    for (long i = 0; i < rows; i++) {
        fill_row(even + i * columns, i, columns);
        fill_row(odd + i * columns, i, columns);
    }
    *seconds = -seconds_now();
    const double *right = relax_alone(even, odd, rows, columns, sweeps);
    *seconds += seconds_now();
    for (long k = 0; k < rows * columns && !wrong; k++) {
        if (grid[k] == right[k])
            continue;
        snprintf(text, sizeof text,
                 "wrong: cell (%ld, %ld) is %.17g, must be %.17g", k / columns,
                 k % columns, grid[k], right[k]);
        wrong = text;
    }
    free(even);
    free(odd);
    return wrong;
}

int main(int argc, char **argv)
{
    long rows = 2048, columns = 2048, sweeps = 100;
    const struct parameter parameters[] = {
        {"ROWS", &rows, 3, 100000, "rows of the grid"},
        {"COLUMNS", &columns, 3, 100000, "columns of the grid"},
        {"SWEEPS", &sweeps, 0, 1000000, "sweeps over the grid"},
        {0},
    };
    struct program program = {
        .name = "stencil",
        .about = "Jacobi's iteration: cells become the mean of their four.",
        .parameters = parameters,
    };
    read_arguments(&program, argc, argv);

    size_t bytes = (size_t)(rows * columns) * sizeof(double);
#pragma millipage shared granularity(16384)
    double *even = malloc(bytes);
#pragma millipage shared granularity(16384)
    double *odd = malloc(bytes);
    need(even);
    need(odd);
#pragma omp parallel for schedule(static)
    for (long i = 0; i < rows; i++) {
        fill_row(even + i * columns, i, columns);
        fill_row(odd + i * columns, i, columns);
    }

    double seconds = -seconds_now(), sequential = 0;
    double *grid = relax(even, odd, rows, columns, sweeps);
    seconds += seconds_now();

    uint64_t sum = 0;
#pragma omp parallel for schedule(static) reduction(+ : sum)
    for (long k = 0; k < rows * columns; k++)
        sum += term((uint64_t)k, bits_of(grid[k]));

    const char *wrong = NULL;
    if (program.check)
        wrong = check(grid, rows, columns, sweeps, &sequential);
    free(even);
    free(odd);
    return report(&program, seconds, sequential, wrong,
                  "%ld x %ld, %ld sweeps: checksum %016llx", rows, columns,
                  sweeps, (unsigned long long)sum);
}

/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * examples/sor.c by hand in MPI: each process has its block of rows and a row
 * of its neighbours' at either end.  The edge rows are computed first and sent
 * while the inner ones are computed: the next half sweep needs them, and by
 * then they have arrived.
 */
#include "common.h"

typedef double cell;

static const cell omega = 1.25;

static long cols, half;
static long from, to;           /* rows that are ours */
static cell *restrict colour_0; /* rows from - 1 .. to of the red cells, */
static cell *restrict colour_1; /* and of the black ones */
static int above = MPI_PROC_NULL, below = MPI_PROC_NULL;

static cell start_value(long row, long col)
{
    return random_unit((uint64_t)(row * cols + col));
}

static cell *row_of(cell *colour, long row)
{
    return colour + (row - from + 1) * half;
}

static void relax(cell *restrict ours, const cell *restrict across,
                  const cell *restrict up, const cell *restrict down,
                  long count, int odd)
{
    for (long k = 1 - odd; k < count - odd; k++) {
        cell sum = (up[k] + down[k]) + (across[k - 1 + odd] + across[k + odd]);
        ours[k] += omega * (sum / 4 - ours[k]);
    }
}

static void relax_row(cell *ours, cell *other, long row, int colour)
{
    relax(row_of(ours, row), row_of(other, row), row_of(other, row - 1),
          row_of(other, row + 1), half, (int)((row + colour) & 1));
}

/* Sends the rows at our ends to the neighbours, and receives theirs. */
static void exchange(cell *colour, MPI_Request *requests)
{
    MPI_Irecv(row_of(colour, from - 1), (int)half, MPI_DOUBLE, above, 0,
              MPI_COMM_WORLD, &requests[0]);
    MPI_Irecv(row_of(colour, to), (int)half, MPI_DOUBLE, below, 0,
              MPI_COMM_WORLD, &requests[1]);
    MPI_Isend(row_of(colour, from), (int)half, MPI_DOUBLE, above, 0,
              MPI_COMM_WORLD, &requests[2]);
    MPI_Isend(row_of(colour, to - 1), (int)half, MPI_DOUBLE, below, 0,
              MPI_COMM_WORLD, &requests[3]);
}

/* Rows first .. last - 1 are computed; at the edges of the grid that is less
 * than what is ours. */
static void half_sweep(cell *ours, cell *other, int colour, long first,
                       long last)
{
    MPI_Request requests[4];
    if (first < last)
        relax_row(ours, other, first, colour);
    if (last - 1 > first)
        relax_row(ours, other, last - 1, colour);
    exchange(ours, requests);
    for (long row = first + 1; row < last - 1; row++)
        relax_row(ours, other, row, colour);
    MPI_Waitall(4, requests, MPI_STATUSES_IGNORE);
}

static double sweep(long rows, long sweeps)
{
    long first = from > 0 ? from : 1, last = to < rows ? to : rows - 1;
    MPI_Barrier(MPI_COMM_WORLD);
    double seconds = -seconds_now();
    for (long s = 0; s < sweeps; s++) {
        half_sweep(colour_0, colour_1, 0, first, last);
        half_sweep(colour_1, colour_0, 1, first, last);
    }
    MPI_Barrier(MPI_COMM_WORLD);
    return seconds + seconds_now();
}

static void make_block(long first, long last)
{
    from = first;
    to = last;
    size_t bytes = (size_t)((to - from + 2) * half) * sizeof(cell);
    colour_0 = private_alloc(bytes);
    colour_1 = private_alloc(bytes);
}

static void initialise(long rows)
{
    for (long i = from > 0 ? from - 1 : 0; i <= to && i < rows; i++)
        for (long k = 0; k < half; k++) {
            row_of(colour_0, i)[k] = start_value(i, 2 * k + (i & 1));
            row_of(colour_1, i)[k] = start_value(i, 2 * k + 1 - (i & 1));
        }
}

/* The whole grid at process 0, in one colour after the other. */
static cell *gather(long rows)
{
    int hosts = mpg_hosts();
    int *counts = private_alloc((size_t)hosts * sizeof *counts);
    int *places = private_alloc((size_t)hosts * sizeof *places);
    cell *all = private_alloc((size_t)(2 * rows * half) * sizeof *all);
    for (int host = 0; host < hosts; host++) {
        long first = first_of(host, hosts, rows);
        places[host] = (int)(first * half);
        counts[host] = (int)((first_of(host + 1, hosts, rows) - first) * half);
    }
    for (int c = 0; c < 2; c++)
        MPI_Gatherv(row_of(c ? colour_1 : colour_0, from),
                    (int)((to - from) * half), MPI_DOUBLE,
                    all + c * rows * half, counts, places, MPI_DOUBLE, 0,
                    MPI_COMM_WORLD);
    free(counts);
    free(places);
    return all;
}

/* The same by process 0 alone, whose block is then the grid. */
static double sweep_alone(long rows, long sweeps)
{
    double seconds = -seconds_now();
    for (long s = 0; s < sweeps; s++) {
        for (long row = 1; row < rows - 1; row++)
            relax_row(colour_0, colour_1, row, 0);
        for (long row = 1; row < rows - 1; row++)
            relax_row(colour_1, colour_0, row, 1);
    }
    return seconds + seconds_now();
}

static const char *difference(const cell *all, long rows)
{
    for (int c = 0; c < 2; c++)
        if (memcmp(all + c * rows * half, row_of(c ? colour_1 : colour_0, 0),
                   (size_t)(rows * half) * sizeof(cell)) != 0)
            return "the grid is not that of the sequential computation";
    return NULL;
}

static void check(const cell *all, long rows, long sweeps,
                  struct outcome *outcome)
{
    make_block(0, rows);
    initialise(rows);
    outcome->sequential = sweep_alone(rows, sweeps);
    outcome->wrong = difference(all, rows);
}

int main(int argc, char **argv)
{
    long rows = 2048, columns = 2048, sweeps = 100;
    const struct parameter parameters[] = {
        {"ROWS", &rows, 3, 1 << 20, NULL, "rows of the grid"},
        {"COLS", &columns, 4, 1 << 20, NULL, "columns, rounded down to even"},
        {"SWEEPS", &sweeps, 0, 1000000, NULL, "sweeps over the grid"},
        {0},
    };
    struct program program = {.name = "mpi_sor",
                              .about = "Red-black SOR in MPI.",
                              .parameters = parameters};
    MPI_Init(&argc, &argv);
    read_arguments(&program, argc, argv);
    cols = columns & ~1l;
    half = cols / 2;
    int host = mpg_host(), hosts = mpg_hosts();
    above = host > 0 ? host - 1 : MPI_PROC_NULL;
    below = host < hosts - 1 ? host + 1 : MPI_PROC_NULL;
    make_block(first_of(host, hosts, rows), first_of(host + 1, hosts, rows));
    initialise(rows);

    char what[96];
    snprintf(what, sizeof what, "%ld x %ld, %ld sweeps", rows, cols, sweeps);
    struct outcome outcome = {.what = what, .seconds = sweep(rows, sweeps)};
    cell *all = gather(rows);
    int status = 0;
    if (host == 0) {
        if (program.check)
            check(all, rows, sweeps, &outcome);
        status = report(&program, &outcome);
    }
    MPI_Finalize();
    return status;
}

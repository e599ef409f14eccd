/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * LU factorisation of a dense matrix in blocks, without pivoting: A = L U,
 * computed in place.
 *
 * A block is an element of the shared array.  With 32 x 32 doubles it has two
 * pages, so minipages are contiguous and there is one view.  The blocks are
 * dealt out to the hosts in two dimensions, as on a chess board with a colour
 * for each host, and a host's blocks lie together in memory.  Only the owner
 * of a block writes to it.
 *
 * The inner blocks of a step need the blocks of the step's row and column;
 * what of them other hosts have just written is asked for in advance, in two
 * lines, so that it travels while the host computes.
 */
#include "common.h"

#include <math.h>

#ifndef N
#define N 1024
#endif
#ifndef BLOCK
#define BLOCK 32
#endif
#define BLOCKS (N / BLOCK)
_Static_assert(N % BLOCK == 0, "the greatest size must be whole blocks");

struct block {
    double a[BLOCK][BLOCK];
};

#pragma millipage shared granularity(element)
struct block matrix[BLOCKS * BLOCKS];

/* How the hosts are dealt the blocks: host (r, c) of a grid of hosts has the
 * blocks (i, j) with i = r modulo rows and j = c modulo cols. */
static int grid_rows, grid_cols;
static long blocks;               /* in a row of the matrix */
static int place[BLOCKS][BLOCKS]; /* of a block, in the shared array */

static int owner(long i, long j)
{
    return (int)(i % grid_rows) * grid_cols + (int)(j % grid_cols);
}

static void deal_blocks(long n)
{
    int hosts = mpg_hosts(), next = 0;

    blocks = n / BLOCK;
    for (grid_rows = (int)sqrt(hosts); hosts % grid_rows != 0; grid_rows--)
        ;
    grid_cols = hosts / grid_rows;
    for (int host = 0; host < hosts; host++)
        for (long i = 0; i < blocks; i++)
            for (long j = 0; j < blocks; j++)
                if (owner(i, j) == host)
                    place[i][j] = next++;
}

/* Diagonally dominant, so no pivots are needed. */
static double start_value(long i, long j, long n)
{
    return random_unit((uint64_t)(i * N + j)) + (i == j ? (double)n : 0.0);
}

static void fill_block(struct block *block, long i, long j, long n)
{
    for (int r = 0; r < BLOCK; r++)
        for (int c = 0; c < BLOCK; c++)
            block->a[r][c] = start_value(i * BLOCK + r, j * BLOCK + c, n);
}

/* The four operations on blocks. */

static void factor(struct block *d)
{
    for (int k = 0; k < BLOCK; k++) {
        for (int i = k + 1; i < BLOCK; i++) {
            double l = d->a[i][k] /= d->a[k][k];
            for (int j = k + 1; j < BLOCK; j++)
                d->a[i][j] -= l * d->a[k][j];
        }
    }
}

/* The row's blocks: b becomes L^-1 b, with the L of the diagonal block. */
static void divide_lower(struct block *restrict b,
                         const struct block *restrict d)
{
    for (int k = 0; k < BLOCK; k++)
        for (int i = k + 1; i < BLOCK; i++)
            for (int j = 0; j < BLOCK; j++)
                b->a[i][j] -= d->a[i][k] * b->a[k][j];
}

/* The column's blocks: b becomes b U^-1, with the U of the diagonal block. */
static void divide_upper(struct block *restrict b,
                         const struct block *restrict d)
{
    for (int i = 0; i < BLOCK; i++) {
        for (int k = 0; k < BLOCK; k++) {
            double l = b->a[i][k] /= d->a[k][k];
            for (int j = k + 1; j < BLOCK; j++)
                b->a[i][j] -= l * d->a[k][j];
        }
    }
}

/* The blocks further in: b becomes b - l u. */
static void subtract_product(struct block *restrict b,
                             const struct block *restrict l,
                             const struct block *restrict u)
{
    for (int i = 0; i < BLOCK; i++)
        for (int k = 0; k < BLOCK; k++)
            for (int j = 0; j < BLOCK; j++)
                b->a[i][j] -= l->a[i][k] * u->a[k][j];
}

/* The blocks of step k's row and column that this host computes. */
static void update_border(long k, int host)
{
    const struct block *diagonal = &matrix[place[k][k]];

    for (long m = k + 1; m < blocks; m++) {
        if (owner(m, k) == host)
            divide_upper(&matrix[place[m][k]], diagonal);
        if (owner(k, m) == host)
            divide_lower(&matrix[place[k][m]], diagonal);
    }
}

static void prefetch_border(long k, int host)
{
    int row = host / grid_cols, col = host % grid_cols;

    for (long m = k + 1; m < blocks; m++) {
        if (m % grid_rows == row && owner(m, k) != host)
            mpg_prefetch(&matrix[place[m][k]], sizeof(struct block), 0);
        if (m % grid_cols == col && owner(k, m) != host)
            mpg_prefetch(&matrix[place[k][m]], sizeof(struct block), 0);
    }
}

static void update_inner(long k, int host)
{
    for (long i = k + 1; i < blocks; i++)
        for (long j = k + 1; j < blocks; j++)
            if (owner(i, j) == host)
                subtract_product(&matrix[place[i][j]], &matrix[place[i][k]],
                                 &matrix[place[k][j]]);
}

/* Two barriers a step.  None is needed after the inner blocks: the next
 * diagonal block is factored by the host that has just updated it, and the
 * border of this step is never written again. */
static void factor_together(int host)
{
    for (long k = 0; k < blocks; k++) {
        if (owner(k, k) == host)
            factor(&matrix[place[k][k]]);
        mpg_barrier();
        update_border(k, host);
        mpg_barrier();
        prefetch_border(k, host);
        update_inner(k, host);
    }
    mpg_barrier();
}

/* The sequential computation: the same operations in the same order on every
 * element, on private blocks; the results are equal to the last bit. */
static double factor_alone(struct block *all)
{
    double seconds = -seconds_now();

    for (long k = 0; k < blocks; k++) {
        factor(&all[k * blocks + k]);
        for (long m = k + 1; m < blocks; m++) {
            divide_upper(&all[m * blocks + k], &all[k * blocks + k]);
            divide_lower(&all[k * blocks + m], &all[k * blocks + k]);
        }
        for (long i = k + 1; i < blocks; i++)
            for (long j = k + 1; j < blocks; j++)
                subtract_product(&all[i * blocks + j], &all[i * blocks + k],
                                 &all[k * blocks + j]);
    }
    return seconds + seconds_now();
}

static double element_of(const struct block *all, long i, long j)
{
    return all[i / BLOCK * blocks + j / BLOCK].a[i % BLOCK][j % BLOCK];
}

/* How far L (U x) is from A x, for one x, relative to A x.  This asks the
 * matrix itself, so it also finds what both computations have wrong. */
static double residual(const struct block *all, long n)
{
    double *x = private_alloc((size_t)n * sizeof *x);
    double *ux = private_alloc((size_t)n * sizeof *ux);
    double worst = 0;

    for (long i = 0; i < n; i++)
        x[i] = random_unit((uint64_t)(N * N + i));
    for (long i = 0; i < n; i++)
        for (long j = i; j < n; j++)
            ux[i] += element_of(all, i, j) * x[j];
    for (long i = 0; i < n; i++) {
        double lux = ux[i], ax = 0;
        for (long j = 0; j < i; j++)
            lux += element_of(all, i, j) * ux[j];
        for (long j = 0; j < n; j++)
            ax += start_value(i, j, n) * x[j];
        worst = fmax(worst, fabs(lux - ax) / fabs(ax));
    }
    free(x);
    free(ux);
    return worst;
}

static const char *difference(const struct block *all, long n)
{
    static char text[128];
    double error = residual(all, n);

    if (!(error < 1e-12)) {
        snprintf(text, sizeof text, "L U differs from A by %g", error);
        return text;
    }
    for (long i = 0; i < blocks; i++) {
        for (long j = 0; j < blocks; j++) {
            if (memcmp(&matrix[place[i][j]], &all[i * blocks + j],
                       sizeof(struct block)) == 0)
                continue;
            snprintf(text, sizeof text,
                     "block (%ld, %ld) differs from the sequential one", i, j);
            return text;
        }
    }
    return NULL;
}

int main(int argc, char **argv)
{
    long n = N;
    const struct parameter parameters[] = {
        {"N", &n, BLOCK, N, NULL, "rows of the matrix, whole blocks"},
        {0},
    };
    struct program program = {
        .name = "lu",
        .about = "LU factorisation of a dense matrix in blocks.",
        .parameters = parameters,
    };
    read_arguments(&program, argc, argv);
    if (n % BLOCK != 0)
        reject(&program, "N is %ld; it must be a multiple of the block, %d", n,
               BLOCK);

    int host = mpg_host();
    deal_blocks(n);
    for (long i = 0; i < blocks; i++)
        for (long j = 0; j < blocks; j++)
            if (owner(i, j) == host)
                fill_block(&matrix[place[i][j]], i, j, n);

    char what[96];
    struct outcome outcome = {.what = what, .shared = sizeof matrix};
    snprintf(what, sizeof what, "%ld x %ld in blocks of %d x %d", n, n, BLOCK,
             BLOCK);
    mpg_barrier();
    outcome.seconds = -seconds_now();
    factor_together(host);
    outcome.seconds += seconds_now();
    mpg_stats(&outcome.stats, sizeof outcome.stats);
    if (host != 0)
        return 0;

    if (program.check) {
        struct block *all =
            private_alloc((size_t)(blocks * blocks) * sizeof *all);
        for (long i = 0; i < blocks; i++)
            for (long j = 0; j < blocks; j++)
                fill_block(&all[i * blocks + j], i, j, n);
        outcome.sequential = factor_alone(all);
        outcome.wrong = difference(all, n);
        free(all);
    }
    return report(&program, &outcome);
}

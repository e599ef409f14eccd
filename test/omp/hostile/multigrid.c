/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * A multigrid solver as old programs write it: grids as pointers to pointers
 * to rows, levels in a recursion, orphaned loops in functions that are called
 * inside one region or outside of any, a maximum by reduction, and a spectral
 * check by transforms of complex numbers in buffers on each thread's stack.
 */
#include <complex.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { LEVELS = 4, SIDE = (1 << (LEVELS + 1)) + 1 };

typedef double ***grid;

static struct level {
    int side;
    grid u, r, f;
} level[LEVELS];

static grid make(int n)
{
    grid g = malloc((size_t)n * sizeof *g);
    double **rows = malloc((size_t)(n * n) * sizeof *rows);
    double *values = calloc((size_t)(n * n * n), sizeof *values);
    for (int i = 0; i < n; i++) {
        g[i] = rows + i * n;
        for (int j = 0; j < n; j++)
            g[i][j] = values + (i * n + j) * n;
    }
    return g;
}

static void discard(grid g)
{
    free(g[0][0]);
    free(g[0]);
    free(g);
}

/* Orphaned: shared by whoever calls. */
static void relax(const struct level *l, int rounds)
{
    int n = l->side;
    for (int round = 0; round < 2 * rounds; round++) {
#pragma omp for schedule(static) collapse(2)
        for (int i = 1; i < n - 1; i++)
            for (int j = 1; j < n - 1; j++)
                for (int k = 1 + (i + j + round) % 2; k < n - 1; k += 2) {
                    double **u = l->u[i];
                    u[j][k] = (l->f[i][j][k] + l->u[i - 1][j][k] +
                               l->u[i + 1][j][k] + u[j - 1][k] + u[j + 1][k] +
                               u[j][k - 1] + u[j][k + 1]) /
                              6;
                }
    }
}

static void residual(const struct level *l)
{
    int n = l->side;
#pragma omp for schedule(dynamic, 2)
    for (int i = 1; i < n - 1; i++)
        for (int j = 1; j < n - 1; j++)
            for (int k = 1; k < n - 1; k++)
                l->r[i][j][k] = l->f[i][j][k] - 6 * l->u[i][j][k] +
                                l->u[i - 1][j][k] + l->u[i + 1][j][k] +
                                l->u[i][j - 1][k] + l->u[i][j + 1][k] +
                                l->u[i][j][k - 1] + l->u[i][j][k + 1];
}

static void restrict_to(const struct level *fine, const struct level *coarse)
{
    int n = coarse->side;
#pragma omp for
    for (int i = 1; i < n - 1; i++)
        for (int j = 1; j < n - 1; j++)
            for (int k = 1; k < n - 1; k++) {
                coarse->f[i][j][k] = 4 * fine->r[2 * i][2 * j][2 * k];
                coarse->u[i][j][k] = 0;
            }
}

static double at(const struct level *l, int i, int j, int k)
{
    double sum = 0;
    for (int c = 0; c < 8; c++)
        sum +=
            l->u[(i + (c & 1)) / 2][(j + (c >> 1 & 1)) / 2][(k + (c >> 2)) / 2];
    return sum / 8;
}

static void correct(const struct level *coarse, const struct level *fine)
{
    int n = fine->side;
#pragma omp for schedule(guided)
    for (int i = 1; i < n - 1; i++)
        for (int j = 1; j < n - 1; j++)
            for (int k = 1; k < n - 1; k++)
                fine->u[i][j][k] += at(coarse, i, j, k);
}

static void cycle(int l)
{
    relax(&level[l], l == LEVELS - 1 ? 8 : 2);
    if (l == LEVELS - 1)
        return;
    residual(&level[l]);
    restrict_to(&level[l], &level[l + 1]);
    cycle(l + 1);
    correct(&level[l + 1], &level[l]);
    relax(&level[l], 2);
}

static double norm(const struct level *l)
{
    static double most;
    int n = l->side;
    most = 0;
#pragma omp parallel
    {
        residual(l);
#pragma omp for reduction(max : most)
        for (int i = 1; i < n - 1; i++)
            for (int j = 1; j < n - 1; j++)
                for (int k = 1; k < n - 1; k++)
                    most = fmax(most, fabs(l->r[i][j][k]));
    }
    return most;
}

static void transform(double complex *x, int n, int stride, double complex *to)
{
    if (n == 1) {
        to[0] = x[0];
        return;
    }
    transform(x, n / 2, 2 * stride, to);
    transform(x + stride, n / 2, 2 * stride, to + n / 2);
    for (int k = 0; k < n / 2; k++) {
        double complex turn = cexp(-2 * M_PI * I * k / n) * to[k + n / 2],
                       even = to[k];
        to[k] = even + turn;
        to[k + n / 2] = even - turn;
    }
}

static double complex spectrum[SIDE][SIDE - 1];

int main(void)
{
    for (int l = 0, n = SIDE; l < LEVELS; l++, n = n / 2 + 1)
        level[l] = (struct level){n, make(n), make(n), make(n)};
    level[0].f[5][6][7] = 1;
    level[0].f[20][11][9] = -1;
    level[0].f[13][25][30] = 0.5;
    printf("residual %.6e\n", norm(&level[0]));
    for (int round = 0; round < 4; round++) {
        if (round < 3) {
#pragma omp parallel
            cycle(0);
        } else {
            cycle(0); /* Orphans outside of any region. */
        }
        printf("residual %.6e\n", norm(&level[0]));
    }
#pragma omp parallel for schedule(static, 3)
    for (int j = 0; j < SIDE; j++) {
        double complex line[SIDE - 1], result[SIDE - 1];
        for (int k = 0; k < SIDE - 1; k++)
            line[k] =
                level[0].u[SIDE / 2][j][k] + I * level[0].u[j][SIDE / 3][k];
        transform(line, SIDE - 1, 1, result);
        for (int k = 0; k < SIDE - 1; k++)
            spectrum[j][k] = result[k];
    }
    for (int j = 1; j < SIDE; j += 6)
        printf("%.9f %.9f\n", creal(spectrum[j][j % 7]), cimag(spectrum[j][3]));
    for (int l = 0; l < LEVELS; l++) {
        discard(level[l].u);
        discard(level[l].r);
        discard(level[l].f);
    }
    return 0;
}

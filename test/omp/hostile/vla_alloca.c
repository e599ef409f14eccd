/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Arrays whose size is known when running, on the stack: shared between
 * threads, of a thread's own in a region, two-dimensional, as parameters;
 * and alloca in a loop.
 */
#include <alloca.h>
#include <stdio.h>
#include <string.h>

static void transpose(int n, int m, double to[m][n], double from[n][m])
{
#pragma omp parallel for schedule(static)
    for (int j = 0; j < m; j++)
        for (int i = 0; i < n; i++)
            to[j][i] = from[i][j];
}

static double trace(int n, int m)
{
    double a[n][m], b[m][n];
    double sum = 0;

#pragma omp parallel for collapse(2)
    for (int i = 0; i < n; i++)
        for (int j = 0; j < m; j++)
            a[i][j] = i * 1000 + j;
    transpose(n, m, b, a);
#pragma omp parallel for reduction(+ : sum)
    for (int i = 0; i < n; i++) {
        double row[m]; /* each thread has its own */
        memcpy(row, a[i], sizeof row);
        for (int j = 0; j < m; j++)
            sum += row[j] * (j % 2 ? 1 : -1) + b[j][i];
    }
    return sum;
}

struct cell {
    struct cell *next;
    long value;
};

static long chain(int n)
{
    struct cell *first = NULL;
    long sum = 0;

    for (int i = 0; i < n; i++) {
        struct cell *cell = alloca(sizeof *cell);
        *cell = (struct cell){first, i};
        first = cell;
    }
#pragma omp parallel for reduction(+ : sum)
    for (int k = 0; k < 16; k++) {
        char *text = alloca((size_t)k + 2);
        memset(text, 'a', (size_t)k + 1);
        text[k + 1] = 0;
        for (const struct cell *c = first; c; c = c->next)
            sum += c->value + (long)strlen(text);
    }
    return sum;
}

int main(void)
{
    for (int n = 1; n < 50; n += 12)
        printf("%.0f %ld\n", trace(n, 60 - n), chain(n));
    return 0;
}

/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * The best local alignment of two strings in three ways: by doacross over
 * blocks, by tasks with dependences on blocks, and by diagonals of a static
 * loop; the way back is taken sequentially.  Then a running ordered log of each
 * row, and a doacross of distance two in a flat loop.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { N = 240, M = 200, SIDE = 20, ROWS = N / SIDE, COLUMNS = M / SIDE };

static char *a, *b;
static int (*table)[M + 1];

static int cell(int (*t)[M + 1], int i, int j)
{
    int best = 0, match = a[i - 1] == b[j - 1] ? 3 : -2;
    if (t[i - 1][j - 1] + match > best)
        best = t[i - 1][j - 1] + match;
    if (t[i - 1][j] - 2 > best)
        best = t[i - 1][j] - 2;
    if (t[i][j - 1] - 2 > best)
        best = t[i][j - 1] - 2;
    return best;
}

static void block(int r, int c)
{
    for (int i = r * SIDE + 1; i <= (r + 1) * SIDE; i++)
        for (int j = c * SIDE + 1; j <= (c + 1) * SIDE; j++)
            table[i][j] = cell(table, i, j);
}

static void by_doacross(void)
{
#pragma omp parallel for ordered(2) schedule(static, 1)
    for (int r = 0; r < ROWS; r++)
        for (int c = 0; c < COLUMNS; c++) {
#pragma omp ordered depend(sink : r - 1, c) depend(sink : r, c - 1)
            block(r, c);
#pragma omp ordered depend(source)
        }
}

static void by_tasks(void)
{
    char done[ROWS + 1][COLUMNS + 1];
    int count = 0;
#pragma omp parallel shared(done)
#pragma omp single
    for (int r = 0; r < ROWS; r++)
        for (int c = 0; c < COLUMNS; c++) {
#pragma omp task depend(in : done[r][c + 1], done[r + 1][c])                   \
    depend(out : done[r + 1][c + 1]) firstprivate(r, c)
            {
                block(r, c);
                done[r + 1][c + 1] = 1;
            }
        }
    for (int r = 1; r <= ROWS; r++)
        for (int c = 1; c <= COLUMNS; c++)
            count += done[r][c];
    printf("%d blocks\n", count);
}

static void by_diagonals(void)
{
#pragma omp parallel
    for (int d = 2; d <= N + M; d++) {
        int first = d > M ? d - M : 1, last = d - 1 < N ? d - 1 : N;
#pragma omp for
        for (int i = first; i <= last; i++)
            table[i][d - i] = cell(table, i, d - i);
    }
}

static void show(const char *how)
{
    int best = 0, i = 0, j = 0, length = 0;
    unsigned sum = 0;
    char path[N + M];
    for (int r = 0; r <= N; r++)
        for (int c = 0; c <= M; c++) {
            sum = sum * 31 + (unsigned)table[r][c];
            if (table[r][c] > best) {
                best = table[r][c];
                i = r;
                j = c;
            }
        }
    while (table[i][j] > 0 && length < 30) {
        int match = a[i - 1] == b[j - 1] ? 3 : -2;
        if (table[i][j] == table[i - 1][j - 1] + match) {
            path[length++] = match > 0 ? a[i - 1] : '*';
            i--;
            j--;
        } else if (table[i][j] == table[i - 1][j] - 2) {
            path[length++] = '|';
            i--;
        } else {
            path[length++] = '-';
            j--;
        }
    }
    printf("%s: %d, %u, %.*s\n", how, best, sum, length, path);
    memset(table, 0, sizeof *table * (N + 1));
}

int main(void)
{
    unsigned seed = 4;
    long flat[300];
    a = malloc(N + 1);
    b = malloc(M + 1);
    table = calloc(N + 1, sizeof *table);
    for (int i = 0; i < N; i++)
        a[i] = "ACGT"[(seed = seed * 1103515245u + 12345u) >> 30];
    for (int j = 0; j < M; j++)
        b[j] = j % 3 ? a[(j * 7) % N]
                     : "ACGT"[(seed = seed * 1103515245u + 12345u) >> 30];
    a[N] = b[M] = 0;
    by_doacross();
    show("doacross");
    by_tasks();
    show("tasks");
    by_diagonals();
#pragma omp parallel for ordered schedule(dynamic, 2)
    for (int r = 1; r <= N; r += 30) {
        int most = 0;
        for (int j = 1; j <= M; j++)
            most = table[r][j] > most ? table[r][j] : most;
#pragma omp ordered
        printf("row %d: %d\n", r, most);
    }
    show("diagonals");
    flat[0] = 1;
    flat[1] = 1;
#pragma omp parallel for ordered(1)
    for (int i = 2; i < 300; i++) {
        long own = i * i % 17;
#pragma omp ordered depend(sink : i - 1) depend(sink : i - 2)
        flat[i] = (flat[i - 1] + flat[i - 2] + own) % 1000003;
#pragma omp ordered depend(source)
    }
    printf("%ld\n", flat[299]);
    free(a);
    free(b);
    free(table);
    return 0;
}

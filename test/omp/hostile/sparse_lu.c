/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * LU factors of a sparse matrix of blocks, by tasks with dependences on the
 * blocks.  Blocks that fill in are allocated by the tasks that need them; the
 * pointer to a block is what the dependences are about.  The order of the
 * operations on a block is fixed, so the result is, to the last bit.
 */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCKS = 12, SIDE = 10 };

typedef double block[SIDE][SIDE];

static block *table[BLOCKS][BLOCKS];

static uint64_t bits(uint64_t x)
{
    x = (x + 1) * 0x9e3779b97f4a7c15u;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    return x ^ (x >> 31);
}

static block *zero_block(void)
{
    return calloc(1, sizeof(block));
}

static int is_there(int i, int j)
{
    return i == j || i == j - 1 || i == j + 1 ||
           bits((uint64_t)(i * 64 + j)) % 4 == 0;
}

static void fill(block *b, int i, int j)
{
    for (int r = 0; r < SIDE; r++)
        for (int c = 0; c < SIDE; c++)
            (*b)[r][c] =
                (double)(bits((uint64_t)(((i * BLOCKS + j) * SIDE + r) * SIDE +
                                         c)) %
                         2000) /
                    1000 -
                1 + (i == j && r == c ? 40 : 0);
}

static void lu0(block *d)
{
    for (int k = 0; k < SIDE; k++)
        for (int i = k + 1; i < SIDE; i++) {
            (*d)[i][k] /= (*d)[k][k];
            for (int j = k + 1; j < SIDE; j++)
                (*d)[i][j] -= (*d)[i][k] * (*d)[k][j];
        }
}

static void bdiv(block *d, block *row)
{
    for (int i = 0; i < SIDE; i++)
        for (int k = 0; k < SIDE; k++) {
            (*row)[i][k] /= (*d)[k][k];
            for (int j = k + 1; j < SIDE; j++)
                (*row)[i][j] -= (*row)[i][k] * (*d)[k][j];
        }
}

static void fwd(block *d, block *column)
{
    for (int j = 0; j < SIDE; j++)
        for (int k = 0; k < SIDE; k++)
            for (int i = k + 1; i < SIDE; i++)
                (*column)[i][j] -= (*d)[i][k] * (*column)[k][j];
}

static void bmod(const block *row, const block *column, block *inner)
{
    for (int i = 0; i < SIDE; i++)
        for (int j = 0; j < SIDE; j++)
            for (int k = 0; k < SIDE; k++)
                (*inner)[i][j] -= (*row)[i][k] * (*column)[k][j];
}

static void factor(void)
{
    for (int k = 0; k < BLOCKS; k++) {
#pragma omp task firstprivate(k) depend(inout : table[k][k])
        lu0(table[k][k]);
        for (int j = k + 1; j < BLOCKS; j++)
            if (table[k][j]) {
#pragma omp task firstprivate(k, j) depend(in : table[k][k])                   \
    depend(inout : table[k][j])
                fwd(table[k][k], table[k][j]);
            }
        for (int i = k + 1; i < BLOCKS; i++)
            if (table[i][k]) {
#pragma omp task firstprivate(k, i) depend(in : table[k][k])                   \
    depend(inout : table[i][k])
                bdiv(table[k][k], table[i][k]);
            }
        for (int i = k + 1; i < BLOCKS; i++) {
            if (!table[i][k])
                continue;
            for (int j = k + 1; j < BLOCKS; j++) {
                if (!table[k][j])
                    continue;
                if (!table[i][j])
                    table[i][j] = zero_block(); /* by whoever makes the task */
#pragma omp task firstprivate(k, i, j) depend(in : table[i][k], table[k][j])   \
    depend(inout : table[i][j])
                bmod((const block *)table[i][k], (const block *)table[k][j],
                     table[i][j]);
            }
        }
    }
}

static void factor_sequentially(block *(*t)[BLOCKS])
{
    for (int k = 0; k < BLOCKS; k++) {
        lu0(t[k][k]);
        for (int j = k + 1; j < BLOCKS; j++)
            if (t[k][j])
                fwd(t[k][k], t[k][j]);
        for (int i = k + 1; i < BLOCKS; i++)
            if (t[i][k])
                bdiv(t[k][k], t[i][k]);
        for (int i = k + 1; i < BLOCKS; i++)
            for (int j = k + 1; j < BLOCKS; j++)
                if (t[i][k] && t[k][j]) {
                    if (!t[i][j])
                        t[i][j] = zero_block();
                    bmod((const block *)t[i][k], (const block *)t[k][j],
                         t[i][j]);
                }
    }
}

int main(void)
{
    static block *copy[BLOCKS][BLOCKS];
    uint64_t sum = 0;
    int filled = 0, wrong = 0, before = 0;
#pragma omp parallel for collapse(2) schedule(dynamic, 5) reduction(+ : before)
    for (int i = 0; i < BLOCKS; i++)
        for (int j = 0; j < BLOCKS; j++)
            if (is_there(i, j)) {
                table[i][j] = zero_block();
                fill(table[i][j], i, j);
                copy[i][j] = malloc(sizeof(block));
                memcpy(copy[i][j], table[i][j], sizeof(block));
                before++;
            }
#pragma omp parallel
#pragma omp single
    factor();
    factor_sequentially(copy);
    for (int i = 0; i < BLOCKS; i++)
        for (int j = 0; j < BLOCKS; j++) {
            if (!table[i][j] != !copy[i][j])
                wrong++;
            if (!table[i][j])
                continue;
            filled++;
            wrong += memcmp(table[i][j], copy[i][j], sizeof(block)) != 0;
            for (int r = 0; r < SIDE; r++) {
                uint64_t word;
                memcpy(&word, &(*table[i][j])[r][(r * 7) % SIDE], sizeof word);
                sum = sum * 31 + word / 4096;
            }
        }
    printf("%d blocks, then %d, %d wrong\n", before, filled, wrong);
    printf("corner %.9f, %016llx\n",
           (*table[BLOCKS - 1][BLOCKS - 1])[SIDE - 1][SIDE - 1],
           (unsigned long long)sum);
    return 0;
}

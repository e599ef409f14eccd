/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * The C library sorts and searches shared arrays, in pieces at the same
 * time, with comparators that read other shared data.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COUNT = 4096, PIECES = 16, PIECE = COUNT / PIECES };

static int order[COUNT]; /* indices into `key` */
static unsigned key[COUNT];
static char names[COUNT][12];
static int direction = 1;

static int by_key(const void *a, const void *b)
{
    int i = *(const int *)a, j = *(const int *)b;
    if (key[i] != key[j])
        return key[i] < key[j] ? -direction : direction;
    return i - j;
}

static int by_table(const void *a, const void *b, void *table)
{
    const unsigned *keys = table;
    unsigned x = keys[*(const int *)a], y = keys[*(const int *)b];
    if (x != y)
        return x < y ? -1 : 1;
    return *(const int *)a - *(const int *)b;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(a, b);
}

static long sum(void)
{
    long total = 0;
    for (int i = 0; i < COUNT; i++)
        total = (total * 31 + order[i]) % 1000000007;
    return total;
}

int main(void)
{
    for (int i = 0; i < COUNT; i++) {
        key[i] = (unsigned)i * 2654435761u % 1009;
        order[i] = i;
        snprintf(names[i], sizeof names[i], "n%u", key[i]);
    }
    for (int round = 0; round < 2; round++, direction = -direction) {
#pragma omp parallel for schedule(static, 1)
        for (int p = 0; p < PIECES; p++)
            qsort(order + p * PIECE, PIECE, sizeof *order, by_key);
        printf("%ld\n", sum());
    }
    unsigned *table = malloc(sizeof key);
    for (int i = 0; i < COUNT; i++)
        table[i] = key[COUNT - 1 - i];
    int found = 0;
#pragma omp parallel for schedule(dynamic, 1) reduction(+ : found)
    for (int p = 0; p < PIECES; p++) {
        qsort_r(order + p * PIECE, PIECE, sizeof *order, by_table, table);
        qsort(names[p * PIECE], PIECE, sizeof *names, by_name);
        for (int i = 0; i < 50; i++) {
            char wanted[12];
            snprintf(wanted, sizeof wanted, "n%d", i);
            found += bsearch(wanted, names[p * PIECE], PIECE, sizeof *names,
                             by_name) != NULL;
        }
    }
    printf("%ld %d %s %s\n", sum(), found, names[0], names[COUNT - 1]);
    free(table);
    return 0;
}

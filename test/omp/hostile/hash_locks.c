/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Locks of OpenMP within structs on the heap, one for each bucket of a
 * table, initialised by one thread, used by all, destroyed by another.
 */
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>

struct bucket {
    omp_lock_t lock;
    int count;
    long sum;
    omp_nest_lock_t nest;
    int most;
};

struct table {
    int buckets;
    struct bucket bucket[];
};

static void raise_most(struct bucket *b, int value)
{
    omp_set_nest_lock(&b->nest);
    if (value > b->most)
        b->most = value;
    omp_unset_nest_lock(&b->nest);
}

static void add(struct table *table, int value)
{
    struct bucket *b = &table->bucket[value % table->buckets];

    omp_set_lock(&b->lock);
    b->count++;
    b->sum += value;
    omp_unset_lock(&b->lock);
    omp_set_nest_lock(&b->nest);
    raise_most(b, value); /* it locks once more */
    omp_unset_nest_lock(&b->nest);
}

int main(void)
{
    struct table *table =
        calloc(1, sizeof *table + 12 * sizeof table->bucket[0]);

    table->buckets = 12;
#pragma omp parallel
    {
#pragma omp single
        for (int i = 0; i < 12; i++) {
            omp_init_lock(&table->bucket[i].lock);
            omp_init_nest_lock(&table->bucket[i].nest);
        }
#pragma omp for schedule(dynamic, 5)
        for (int i = 0; i < 600; i++)
            add(table, i * 7 % 601);
#pragma omp for schedule(static, 1)
        for (int i = 0; i < 12; i++) {
            omp_destroy_lock(&table->bucket[i].lock);
            omp_destroy_nest_lock(&table->bucket[i].nest);
        }
    }
    for (int i = 0; i < 12; i++)
        printf("%d:%ld:%d ", table->bucket[i].count, table->bucket[i].sum,
               table->bucket[i].most);
    putchar('\n');
    free(table);
    return 0;
}

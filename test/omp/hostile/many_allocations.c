/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Twenty thousand small allocations from all threads, kept in a hash table,
 * looked up by all, taken down by all; and a few of no bytes.
 */
#include <stdio.h>
#include <stdlib.h>

enum { BUCKETS = 1024, ENTRIES = 20000 };

struct entry {
    struct entry *next;
    unsigned key;
    unsigned value;
};

static struct entry *table[BUCKETS];

static void insert(unsigned key, unsigned value)
{
    struct entry *entry = malloc(sizeof *entry);
    struct entry **bucket = &table[key * 2654435761u % BUCKETS];

    entry->key = key;
    entry->value = value;
#pragma omp critical(table)
    {
        entry->next = *bucket;
        *bucket = entry;
    }
}

static const struct entry *find(unsigned key)
{
    const struct entry *e = table[key * 2654435761u % BUCKETS];
    while (e && e->key != key)
        e = e->next;
    return e;
}

int main(void)
{
    unsigned long sum = 0, freed = 0;

    /* Few of the insertions wait for another host: a block at a time. */
#pragma omp parallel for schedule(static)
    for (unsigned i = 0; i < ENTRIES; i++) {
        if (i % 20 == 0) {
            insert(i, i * 3);
        } else {
            unsigned *small = malloc(i % 40);
            if (i % 40 >= sizeof *small)
                *small = i;
            free(small);
        }
    }
#pragma omp parallel for schedule(static) reduction(+ : sum)
    for (unsigned i = 0; i < ENTRIES; i++) {
        const struct entry *e = find(ENTRIES - 1 - i);
        sum += e ? e->value : 1;
    }
#pragma omp parallel for schedule(static) reduction(+ : freed)
    for (int b = 0; b < BUCKETS; b++)
        while (table[b]) {
            struct entry *next = table[b]->next;
            free(table[b]);
            table[b] = next;
            freed++;
        }
    printf("%lu %lu\n", sum, freed);
    return 0;
}

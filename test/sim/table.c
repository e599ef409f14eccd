/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * A hash table whose entries do not move: pointers into them are kept across
 * steps that make others.
 */
#include "sim.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { CHUNK = 1024, FIRST_SIZE = 1024 };

static void *allocate(size_t count, size_t bytes)
{
    void *got = calloc(count, bytes);
    if (!got)
        sim_end(NULL, MISUSED, "out of memory: fewer hosts, please");
    return got;
}

void *sparse_zeros(size_t bytes)
{
    void *got = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (got == MAP_FAILED)
        sim_end(NULL, MISUSED, "no room for %zu bytes: fewer hosts, please",
                bytes);
    return got;
}

void table_open(struct table *table, size_t bytes)
{
    *table =
        (struct table){.size = FIRST_SIZE, .bytes = bytes, .chunk_used = CHUNK};
    table->slot = allocate(table->size, sizeof *table->slot);
}

static uint64_t **slot_for(uint64_t **slots, size_t size, uint64_t key)
{
    struct prng hash = {key};
    size_t at = (size_t)prng_next(&hash);
    for (;; at++) {
        uint64_t **slot = &slots[at & (size - 1)];
        if (!*slot || **slot == key)
            return slot;
    }
}

static void grow(struct table *table)
{
    size_t size = 2 * table->size;
    uint64_t **slots = allocate(size, sizeof *slots);
    for (size_t i = 0; i < table->size; i++)
        if (table->slot[i])
            *slot_for(slots, size, *table->slot[i]) = table->slot[i];
    free(table->slot);
    table->slot = slots;
    table->size = size;
}

static uint64_t *new_entry(struct table *table)
{
    if (table->chunk_used == CHUNK) {
        size_t count = table->chunks_count + 1;
        void **chunks = realloc(table->chunks, count * sizeof *chunks);
        if (!chunks)
            sim_end(NULL, MISUSED, "out of memory: fewer hosts, please");
        table->chunk = allocate(CHUNK, table->bytes);
        table->chunk_used = 0;
        chunks[table->chunks_count] = table->chunk;
        table->chunks = chunks;
        table->chunks_count = count;
    }
    return (uint64_t *)(void *)(table->chunk +
                                table->chunk_used++ * table->bytes);
}

void *table_get(struct table *table, uint64_t key)
{
    uint64_t **slot = slot_for(table->slot, table->size, key);
    if (*slot)
        return *slot;
    if (2 * ++table->used > table->size) {
        grow(table);
        slot = slot_for(table->slot, table->size, key);
    }
    *slot = new_entry(table);
    **slot = key;
    return *slot;
}

void table_close(struct table *table)
{
    for (size_t i = 0; i < table->chunks_count; i++)
        free(table->chunks[i]);
    free(table->chunks);
    free(table->slot);
}

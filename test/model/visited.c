/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * The states reached.  A state is known by a hash of 128 bits: that two of a
 * hundred million have the same one happens in 1 of 10^22 explorations.  Kept
 * beside it: how it was reached first, and which states follow, so that in the
 * end we can say whether some run never ends.
 */
#include "model.h"

#include <stdlib.h>
#include <string.h>

#define NOWHERE UINT32_MAX

static struct entry {
    struct hash hash;
    uint32_t parent;
    uint16_t move;
    uint16_t successors; /* how many, once expanded */
} *entries;
static uint32_t count, room;

static uint32_t *table; /* numbers of states, by hash; 0 for none, else + 1 */
static uint64_t table_size;

static uint32_t *edges; /* successors, of one state after the other */
static uint64_t edges_count, edges_room;
static uint32_t expanded; /* states whose successors are known */

static void *grow(void *old, uint64_t bytes)
{
    void *grown = realloc(old, bytes);
    if (!grown) {
        fprintf(stderr, "mpgexplore: no memory for %u states\n", count);
        exit(2);
    }
    return grown;
}

static uint32_t *place_of(struct hash hash)
{
    uint64_t at = hash.low & (table_size - 1);
    while (table[at]) {
        const struct entry *entry = &entries[table[at] - 1];
        if (entry->hash.low == hash.low && entry->hash.high == hash.high)
            break;
        at = (at + 1) & (table_size - 1);
    }
    return &table[at];
}

static void make_room(void)
{
    if (count == room) {
        room = room ? 2 * room : 1u << 12;
        entries = grow(entries, (uint64_t)room * sizeof *entries);
    }
    if (2 * (uint64_t)(count + 1) <= table_size)
        return;
    table_size = table_size ? 2 * table_size : 1u << 13;
    table = grow(table, table_size * sizeof *table);
    memset(table, 0, table_size * sizeof *table);
    for (uint32_t i = 0; i < count; i++)
        *place_of(entries[i].hash) = i + 1;
}

uint32_t visited_add(struct hash hash, uint32_t parent, unsigned move,
                     bool *is_new)
{
    make_room();
    uint32_t *place = place_of(hash);
    *is_new = !*place;
    if (*is_new) {
        entries[count] = (struct entry){
            .hash = hash, .parent = parent, .move = (uint16_t)move};
        *place = ++count;
    }
    return *place - 1;
}

bool visited_find(struct hash hash, uint32_t *number)
{
    uint32_t found = *place_of(hash);
    *number = found - 1;
    return found != 0;
}

void visited_follow(uint32_t successor)
{
    if (edges_count == edges_room) {
        edges_room = edges_room ? 2 * edges_room : 1u << 14;
        edges = grow(edges, edges_room * sizeof *edges);
    }
    edges[edges_count++] = successor;
    entries[expanded].successors++;
}

void visited_expanded(void)
{
    expanded++;
}

uint32_t visited_count(void)
{
    return count;
}

uint64_t visited_transitions(void)
{
    return edges_count;
}

uint32_t visited_parent(uint32_t number, unsigned *move)
{
    *move = entries[number].move;
    return entries[number].parent;
}

/* Takes away states that nothing leads to, again and again; what remains leads
 * from a cycle to a cycle, or lies on one. */
static uint32_t take_away(const uint64_t *first, uint32_t *leading_to)
{
    uint32_t *queue = grow(NULL, (uint64_t)count * sizeof *queue);
    uint32_t head = 0, tail = 0;
    for (uint64_t i = 0; i < edges_count; i++)
        leading_to[edges[i]]++;
    for (uint32_t i = 0; i < count; i++)
        if (!leading_to[i])
            queue[tail++] = i;
    while (head < tail) {
        uint32_t state = queue[head++];
        for (uint64_t i = first[state]; i < first[state + 1]; i++)
            if (--leading_to[edges[i]] == 0)
                queue[tail++] = edges[i];
    }
    free(queue);
    return count - tail;
}

/* Backwards from a remaining state there is always another one, so after as
 * many steps as there are states we are on a cycle. */
static void walk_cycle(uint32_t start, const uint32_t *leading_to,
                       const uint64_t *first, uint32_t *next)
{
    uint32_t *before = grow(NULL, (uint64_t)count * sizeof *before);
    for (uint32_t i = 0; i < count; i++)
        for (uint64_t k = first[i]; leading_to[i] && k < first[i + 1]; k++)
            if (leading_to[edges[k]])
                before[edges[k]] = i;
    uint32_t state = start;
    for (uint32_t i = 0; i < count; i++)
        state = before[state];
    uint32_t turn = state;
    do {
        next[before[turn]] = turn;
        turn = before[turn];
    } while (turn != state);
    free(before);
}

bool visited_cycle(uint32_t *on_it, uint32_t **next_on_it)
{
    uint64_t *first = grow(NULL, ((uint64_t)count + 1) * sizeof *first);
    uint32_t *leading_to = grow(NULL, (uint64_t)count * sizeof *leading_to);
    uint64_t edge = 0;
    memset(leading_to, 0, (uint64_t)count * sizeof *leading_to);
    for (uint32_t i = 0; i < count; i++) {
        first[i] = edge;
        edge += entries[i].successors;
    }
    first[count] = edge;
    bool has_cycle = take_away(first, leading_to) != 0;
    if (has_cycle) {
        uint32_t *next = grow(NULL, (uint64_t)count * sizeof *next);
        uint32_t start = 0;
        for (uint32_t i = 0; i < count; i++)
            next[i] = NOWHERE;
        while (!leading_to[start])
            start++;
        walk_cycle(start, leading_to, first, next);
        /* The one reached first makes the shortest way there. */
        for (*on_it = 0; next[*on_it] == NOWHERE;)
            ++*on_it;
        *next_on_it = next;
    }
    free(first);
    free(leading_to);
    return has_cycle;
}

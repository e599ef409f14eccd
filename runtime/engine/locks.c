/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * The locks that this host has heard of, by id, and who waits for them here.
 */
#include <string.h>
#include <sys/mman.h>

#include "base/fatal.h"
#include "engine_internal.h"

#define LOCKS_MIN 64u /* table size at first, a power of two */
#define LOCKS_MAX (1u << 28)

struct entry {
    struct mpg__lock lock;
    uint64_t id;
    uint32_t is_used;
    struct mpg__waiter *first, *last; /* threads here, in order of arrival */
    struct mpg__guard *guard;
};

static struct entry *table;
static uint32_t size, used;

static uint32_t spread(uint64_t id)
{
    return (uint32_t)((id * UINT64_C(0x9e3779b97f4a7c15)) >> 32);
}

/* Of the program's ids, neighbours are at neighbouring hosts; the others are
 * addresses, all of them multiples of the same powers of two. */
unsigned mpg__lock_home(uint64_t id)
{
    uint32_t number = id >> 32 ? spread(id) : (uint32_t)id;
    return number % mpg__engine.node.hosts;
}

static struct entry *slot_for(struct entry *entries, uint32_t entries_size,
                              uint64_t id)
{
    /* Fibonacci hashing: neighbouring ids, the usual kind, spread out. */
    uint32_t at = spread(id);
    for (;; at++) {
        struct entry *entry = &entries[at & (entries_size - 1)];
        if (!entry->is_used || entry->id == id)
            return entry;
    }
}

static void grow(void)
{
    uint32_t new_size = size ? 2 * size : LOCKS_MIN;
    if (new_size > LOCKS_MAX)
        mpg__fatal("more than %u locks", LOCKS_MAX / 2);
    struct entry *entries =
        mmap(NULL, new_size * sizeof *entries, PROT_READ | PROT_WRITE,
             MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (entries == MAP_FAILED)
        mpg__fatal("no memory for %u locks: %m", new_size);
    for (uint32_t i = 0; i < size; i++)
        if (table[i].is_used)
            *slot_for(entries, new_size, table[i].id) = table[i];
    if (table)
        munmap(table, size * sizeof *table);
    table = entries;
    size = new_size;
}

static struct entry *entry_of(uint64_t id)
{
    if (2 * used >= size)
        grow();
    struct entry *entry = slot_for(table, size, id);
    if (!entry->is_used) {
        entry->is_used = 1;
        entry->id = id;
        used++;
    }
    return entry;
}

struct mpg__lock *mpg__lock_of(uint64_t id)
{
    return &entry_of(id)->lock;
}

struct mpg__guard **mpg__lock_guard(uint64_t id)
{
    return &entry_of(id)->guard;
}

void mpg__lock_ask(uint64_t id, struct mpg__waiter *waiter)
{
    mpg__guard_enter(id);
    struct entry *entry = entry_of(id);
    waiter->next = NULL;
    if (entry->last)
        entry->last->next = waiter;
    else
        entry->first = waiter;
    entry->last = waiter;
    mpg__step_lock(MPG_EVENT_LOCK, id);
}

bool mpg__lock_give_back(uint64_t id)
{
    if (!entry_of(id)->lock.is_held)
        return false;
    mpg__guard_leave(id);
    mpg__step_lock(MPG_EVENT_UNLOCK, id);
    return true;
}

static struct mpg__guard *come; /* with a lock, in this turn */

void mpg__lock_owned(uint64_t id, bool has_come)
{
    struct entry *entry = entry_of(id);
    struct mpg__waiter *waiter = entry->first;
    mpg_assert(waiter != NULL);
    entry->first = waiter->next;
    if (!entry->first)
        entry->last = NULL;
    if (has_come)
        come = entry->guard;
    mpg__engine.counts.locks++;
    mpg__waiter_wake(waiter);
}

void mpg__locks_have_come(void)
{
    struct mpg__guard *guard = come;
    come = NULL;
    mpg__guard_ask(guard);
}

/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * A pool is the regions of one slot size that this host has made.  A region's
 * free slots are a bitmap, searched from where the last run was found; so an
 * allocation is a few instructions and no message, neighbours that were freed
 * one by one are a longer run again, and only a full pool asks for a region,
 * each twice as large as the one before.
 *
 * Each slot has a word that says how long a run begins there.  It also says
 * that a thread keeps the slot for its next allocation (cache.c); then the slot
 * is taken and nobody's.  Threads change it from 1 to that and back without a
 * lock, so whoever frees a run compares and exchanges it, and of two who free
 * the same one is told.
 *
 * Lock order: the engine's lock before the heap's.  Waiting for a region
 * happens without either.
 */
#include "alloc.h"

#include <errno.h>
#include <string.h>

#include "base/fatal.h"
#include "base/gcd.h"
#include "base/zeros.h"
#include "cache.h"
#include "engine/engine.h"

#define POOLS_MAX        1024u
#define KEPT             UINT32_MAX /* in place of a length: by a thread */
#define REGION_BYTES_MIN (UINT64_C(1) << 20) /* of a pool's first region */
#define REGION_BYTES_MAX (UINT64_C(1) << 30) /* unless one run needs more */

/* What the maker of a region knows about its slots. */
struct arena {
    uint32_t region; /* number */
    uint32_t slots;
    uint32_t free_count;
    uint32_t cursor;           /* where to search next */
    uint32_t fresh_from;       /* slots from here on were never used */
    uint64_t *taken;           /* a bit a slot */
    _Atomic uint32_t *lengths; /* of the run that begins at a slot, else 0 */
    struct arena *next;
};

#define RELAXED memory_order_relaxed /* The program orders its allocations. */

/* A single object is kept where it was made, and costs no message there.  An
 * array will be used by many hosts, so its homes are spread: a large one has a
 * region of its own, dealt in blocks as loops divide it, and in smaller ones
 * neighbours go to different hosts. */
struct pool {
    uint64_t slot_bytes;
    bool is_spread;
    uint32_t views;
    uint64_t next_bytes; /* of the next region */
    struct arena *arenas;
};

static mpg__mutex heap;
static struct pool pools[POOLS_MAX];
static uint32_t pools_count;
static struct arena *_Atomic arena_of_region[MPG_REGIONS_MAX];

static struct pool *pool_of(const struct mpg__grain *grain, bool is_array)
{
    bool is_spread = is_array && grain->slots >= mpg__engine.node.hosts;
    for (uint32_t i = 0; i < pools_count; i++)
        if (pools[i].slot_bytes == grain->slot_bytes &&
            pools[i].is_spread == is_spread)
            return &pools[i];
    if (pools_count == POOLS_MAX)
        mpg__fatal("more than %u sizes of minipages in the heap", POOLS_MAX);
    struct pool *pool = &pools[pools_count++];
    pool->slot_bytes = grain->slot_bytes;
    pool->is_spread = is_spread;
    pool->views = mpg__views_for(grain->slot_bytes, MPG_SLOTS_MAX);
    pool->next_bytes = REGION_BYTES_MIN;
    return pool;
}

/* The bitmap. */

static bool is_taken(const struct arena *arena, uint32_t slot)
{
    return arena->taken[slot / 64] >> slot % 64 & 1;
}

static void set_taken(struct arena *arena, uint32_t first, uint32_t count,
                      bool taken)
{
    for (uint32_t slot = first; slot < first + count; slot++) {
        uint64_t bit = UINT64_C(1) << slot % 64;
        if (taken)
            arena->taken[slot / 64] |= bit;
        else
            arena->taken[slot / 64] &= ~bit;
    }
}

/* The first slot at or behind `from` with `count` free ones, at a multiple of
 * step; `slots` when there is none. */
static uint32_t find_free(const struct arena *arena, uint32_t from,
                          uint32_t count, uint32_t step)
{
    mpg_assert(step > 0);
    uint64_t slot = (from + (uint64_t)step - 1) / step * step;
    while (slot + count <= arena->slots) {
        if (step == 1 && arena->taken[slot / 64] == UINT64_MAX) {
            slot = (slot / 64 + 1) * 64;
            continue;
        }
        uint32_t run = 0;
        /* What lies behind fresh_from is free, however long. */
        while (run < count && slot + run < arena->fresh_from &&
               !is_taken(arena, (uint32_t)slot + run))
            run++;
        if (run == count || slot + run >= arena->fresh_from)
            return (uint32_t)slot;
        slot = (slot + run + 1 + step - 1) / step * step;
    }
    return arena->slots;
}

static bool take(struct arena *arena, uint32_t count, uint32_t step,
                 uint32_t *slot, bool *is_fresh)
{
    if (arena->free_count < count)
        return false;
    *slot = find_free(arena, arena->cursor, count, step);
    if (*slot == arena->slots)
        *slot = find_free(arena, 0, count, step);
    if (*slot == arena->slots)
        return false;
    set_taken(arena, *slot, count, true);
    atomic_store_explicit(&arena->lengths[*slot], count, RELAXED);
    arena->free_count -= count;
    arena->cursor = *slot + count;
    *is_fresh = *slot >= arena->fresh_from;
    if (arena->fresh_from < *slot + count)
        arena->fresh_from = *slot + count;
    return true;
}

/* Regions. */

static void adopt(struct pool *pool, uint32_t region, uint32_t slots)
{
    struct arena *arena = mpg__zeros("the state of the heap", sizeof *arena);
    arena->region = region;
    arena->slots = arena->free_count = slots;
    arena->taken = mpg__zeros("the state of the heap",
                              (slots + 63) / 64 * sizeof *arena->taken);
    arena->lengths = mpg__zeros("the state of the heap",
                                slots * (uint64_t)sizeof *arena->lengths);
    arena->next = pool->arenas;
    pool->arenas = arena;
    arena_of_region[region] = arena;
}

/* Without the heap's lock.  `bytes` is what pool->next_bytes said under it. */
static bool make_region(struct pool *pool, uint64_t bytes, uint32_t count)
{
    uint64_t slots = bytes / pool->slot_bytes;
    bool is_own = pool->is_spread && slots <= count;
    if (slots < count)
        slots = count;
    struct mpg__layout wanted = {.slot_bytes = pool->slot_bytes,
                                 .slots = is_own ? count : (uint32_t)slots,
                                 .views = pool->views,
                                 .homes = is_own            ? MPG_HOMES_BLOCK
                                          : pool->is_spread ? MPG_HOMES_CYCLIC
                                                            : MPG_HOMES_MAKER,
                                 .is_heap = 1,
                                 .maker = mpg__engine.node.self};
    uint32_t region;
    if (slots > MPG_SLOTS_MAX)
        return false;
    if (!mpg__region_make(&wanted, &region)) {
        /* The object is nearly full: perhaps just enough is left. */
        wanted.slots = count;
        if (slots == count || !mpg__region_make(&wanted, &region))
            return false;
    }
    mpg__mutex_lock(&heap);
    adopt(pool, region, wanted.slots);
    if (!is_own && pool->next_bytes < REGION_BYTES_MAX)
        pool->next_bytes *= 2;
    mpg__mutex_unlock(&heap);
    return true;
}

/* Runs begin at slots that are a multiple of this. */
static uint32_t step_for(const struct mpg__grain *grain, bool is_array,
                         uint64_t align)
{
    uint32_t step = is_array ? grain->views : 1;
    uint64_t bytes = step * grain->slot_bytes;
    return step * (uint32_t)(align / mpg__gcd(bytes, align));
}

/* Takes a run, of a new region if need be; NULL when the object is full.  With
 * the lock, which is given up meanwhile. */
static struct arena *take_run(struct pool *pool, uint32_t count, uint32_t step,
                              uint32_t *slot, bool *is_fresh)
{
    for (;;) {
        struct arena *arena = pool->arenas;
        while (arena && !take(arena, count, step, slot, is_fresh))
            arena = arena->next;
        if (arena)
            return arena;
        uint64_t next_bytes = pool->next_bytes;
        mpg__mutex_unlock(&heap);
        bool is_made = make_region(pool, next_bytes, count);
        mpg__mutex_lock(&heap);
        if (!is_made)
            return NULL;
    }
}

void *mpg__run_allocate(const struct mpg__grain *grain, bool is_array,
                        uint64_t align, bool *is_fresh)
{
    uint32_t step = step_for(grain, is_array, align), slot = 0;
    mpg__mutex_lock(&heap);
    const struct arena *arena =
        take_run(pool_of(grain, is_array), grain->slots, step, &slot, is_fresh);
    uint32_t region = arena ? arena->region : 0;
    mpg__mutex_unlock(&heap);
    if (arena && mpg__explain_is_on)
        mpg__explain_made(region, grain->slots * grain->slot_bytes);
    return arena ? mpg__slot_address(mpg__region_get(region), slot) : NULL;
}

/* The maker's side. */

static uint32_t length_at(uint32_t region, uint32_t slot)
{
    struct arena *arena = arena_of_region[region];
    if (!arena || slot >= arena->slots)
        return 0;
    uint32_t length = atomic_load_explicit(&arena->lengths[slot], RELAXED);
    return length == KEPT ? 0 : length;
}

static uint64_t bytes_here(uint32_t region, uint32_t slot)
{
    return length_at(region, slot) * mpg__region_get(region)->layout.slot_bytes;
}

/* Of slots that no run begins at any more.  Under the lock. */
static void put_back(struct arena *arena, uint32_t slot, uint32_t count)
{
    set_taken(arena, slot, count, false);
    arena->free_count += count;
    if (arena->cursor > slot)
        arena->cursor = slot; /* Memory that is warm is used first. */
}

static void free_here(uint32_t region, uint32_t slot, unsigned by)
{
    mpg__mutex_lock(&heap);
    struct arena *arena = arena_of_region[region];
    uint32_t length = length_at(region, slot);
    if (!length || !atomic_compare_exchange_strong_explicit(
                       &arena->lengths[slot], &length, 0, RELAXED, RELAXED))
        mpg__fatal("host %u frees %p, where no allocation begins (freed "
                   "twice?)",
                   by,
                   (void *)mpg__slot_address(mpg__region_get(region), slot));
    put_back(arena, slot, length);
    mpg__mutex_unlock(&heap);
}

static bool find(const void *address, uint32_t *region, uint32_t *slot)
{
    return mpg__region_find(address, region, slot) == MPG_FOUND &&
           mpg__slot_address(mpg__region_get(*region), *slot) == address &&
           mpg__region_get(*region)->layout.is_heap;
}

/* Singles. */

static void keep(struct mpg__single *single, struct arena *arena, uint32_t slot)
{
    single->address = mpg__slot_address(mpg__region_get(arena->region), slot);
    single->length = &arena->lengths[slot];
    atomic_store_explicit(single->length, KEPT, RELAXED);
}

uint32_t mpg__singles_take(uint64_t slot_bytes, struct mpg__single *singles,
                           uint32_t count)
{
    struct mpg__grain grain = {slot_bytes, 1, 1};
    uint32_t slot = 0, taken = 0;
    mpg__mutex_lock(&heap);
    struct arena *arena =
        take_run(pool_of(&grain, false), 1, 1, &slot, &singles[0].is_fresh);
    if (arena)
        do
            keep(&singles[taken++], arena, slot);
        while (taken < count &&
               take(arena, 1, 1, &slot, &singles[taken].is_fresh));
    mpg__mutex_unlock(&heap);
    if (arena && mpg__explain_is_on)
        mpg__explain_made(arena->region, taken * slot_bytes);
    return taken;
}

void mpg__singles_give(const struct mpg__single *singles, uint32_t count)
{
    mpg__mutex_lock(&heap);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t number, slot;
        mpg_assert(find(singles[i].address, &number, &slot));
        atomic_store_explicit(singles[i].length, 0, RELAXED);
        put_back(arena_of_region[number], slot, 1);
    }
    mpg__mutex_unlock(&heap);
}

void mpg__single_use(const struct mpg__single *single)
{
    atomic_store_explicit(single->length, 1, RELAXED);
}

bool mpg__single_free(const struct mpg__single *single)
{
    uint32_t one = 1;
    return atomic_compare_exchange_strong_explicit(single->length, &one, KEPT,
                                                   RELAXED, RELAXED);
}

uint64_t mpg__single_find(void *address, struct mpg__single *single)
{
    uint32_t number, slot;
    if (!find(address, &number, &slot))
        return 0;
    struct arena *arena = arena_of_region[number];
    if (!arena || slot >= arena->slots)
        return 0;
    single->address = address;
    single->length = &arena->lengths[slot];
    single->is_fresh = false;
    return mpg__region_get(number)->layout.slot_bytes;
}

/* Runs. */

uint64_t mpg__run_bytes(const void *address)
{
    uint32_t region, slot;
    if (!find(address, &region, &slot))
        return 0;
    if (mpg__region_get(region)->layout.maker == mpg__engine.node.self)
        return bytes_here(region, slot);
    return mpg__remote_size(region, slot);
}

void *mpg__run_align(void *address, uint64_t align)
{
    uint32_t region, slot;
    uint64_t skip = -(uint64_t)(uintptr_t)address & (align - 1);
    mpg_assert(find(address, &region, &slot));
    if (!skip)
        return address;
    uint64_t slots = skip / mpg__region_get(region)->layout.slot_bytes;
    mpg__mutex_lock(&heap);
    _Atomic uint32_t *length = &arena_of_region[region]->lengths[slot];
    mpg_assert(slots < *length);
    length[slots] = *length - (uint32_t)slots;
    *length = (uint32_t)slots;
    mpg__mutex_unlock(&heap);
    free_here(region, slot, mpg__engine.node.self);
    return (char *)address + skip;
}

void mpg__run_free(const void *address)
{
    uint32_t region, slot;
    if (!find(address, &region, &slot))
        mpg__fatal("free of %p, which lies in shared memory where no "
                   "allocation begins",
                   address);
    if (mpg__region_get(region)->layout.maker == mpg__engine.node.self)
        free_here(region, slot, mpg__engine.node.self);
    else
        mpg__remote_free(region, slot);
}

void mpg__alloc_start(void)
{
    mpg__services.freed = free_here;
    mpg__services.size = bytes_here;
    mpg__cache_start();
}

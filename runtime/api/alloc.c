/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * A pool is the regions of one kind and size that this host has made.  Which of
 * their cells are free is known here alone (arena.c): so an allocation is a few
 * instructions and no message, and only a full pool asks for a region, each
 * twice as large as the one before.
 *
 * Each cell has a word that says how long a run begins there.  It also says
 * that a thread keeps the cell for its next allocation (cache.c); then it is
 * taken and nobody's.  Threads change it from 1 to that and back without a
 * lock, so whoever frees a run compares and exchanges it, and of two who free
 * the same one is told.
 *
 * Lock order: the engine's lock before the heap's.  Waiting for a region
 * happens without either.
 */
#include "alloc.h"

#include <errno.h>
#include <string.h>

#include "arena.h"
#include "base/fatal.h"
#include "base/gcd.h"
#include "cache.h"
#include "engine/engine.h"

#define POOLS_MAX        1024u
#define REGION_BYTES_MIN (UINT64_C(1) << 20) /* of a pool's first region */
#define REGION_BYTES_MAX (UINT64_C(1) << 30) /* unless one run needs more */
/* So many objects of a size have a minipage each before further ones share
 * pages.  That is room for what threads have one each of, and few enough for
 * their entries to stay in a processor's TLB. */
#define OWN_MAX 256u

#define RELAXED memory_order_relaxed /* The program orders its allocations. */

/* A single object is kept where it was made, and costs no message there; so are
 * those that share a page.  An array will be used by many hosts, so its homes
 * are spread: a large one has a region of its own, dealt in blocks as loops
 * divide it, and in smaller ones neighbours go to different hosts. */
enum kind { SINGLE, PACKED, SPREAD };

struct pool {
    uint64_t slot_bytes;
    uint32_t cell_bytes; /* 0: a cell is a slot */
    enum kind kind;
    uint32_t views;
    uint64_t next_bytes; /* of the next region */
    struct mpg__arena *arenas;
};

static mpg__mutex heap;
static struct pool pools[POOLS_MAX];
static uint32_t pools_count;
static struct mpg__arena *_Atomic arena_of_region[MPG_REGIONS_MAX];

/* `bytes` of a cell. */
static struct pool *pool_of(uint64_t bytes, enum kind kind)
{
    uint64_t slot_bytes = kind == PACKED ? MPG_PAGE : bytes;
    uint32_t cell_bytes = kind == PACKED ? (uint32_t)bytes : 0;
    for (uint32_t i = 0; i < pools_count; i++)
        if (pools[i].slot_bytes == slot_bytes &&
            pools[i].cell_bytes == cell_bytes && pools[i].kind == kind)
            return &pools[i];
    if (pools_count == POOLS_MAX)
        mpg__fatal("more than %u sizes of minipages in the heap", POOLS_MAX);
    struct pool *pool = &pools[pools_count++];
    pool->slot_bytes = slot_bytes;
    pool->cell_bytes = cell_bytes;
    pool->kind = kind;
    pool->views = mpg__views_for(slot_bytes, MPG_SLOTS_MAX);
    pool->next_bytes = REGION_BYTES_MIN;
    return pool;
}

/* Regions. */

static void adopt(struct pool *pool, uint32_t region)
{
    const struct mpg__layout *layout = &mpg__region_get(region)->layout;
    struct mpg__arena *arena =
        mpg__arena_new(region, layout->slots * mpg__slot_cells(layout));
    arena->next = pool->arenas;
    pool->arenas = arena;
    arena_of_region[region] = arena;
}

/* Without the heap's lock.  `bytes` is what pool->next_bytes said under it. */
static bool make_region(struct pool *pool, uint64_t bytes, uint32_t count)
{
    uint64_t slots = bytes / pool->slot_bytes;
    bool is_own = pool->kind == SPREAD && slots <= count;
    if (slots < count)
        slots = count;
    struct mpg__layout wanted = {.slot_bytes = pool->slot_bytes,
                                 .slots = is_own ? count : (uint32_t)slots,
                                 .views = pool->views,
                                 .homes = is_own ? MPG_HOMES_BLOCK
                                          : pool->kind == SPREAD
                                              ? MPG_HOMES_CYCLIC
                                              : MPG_HOMES_MAKER,
                                 .is_heap = 1,
                                 .maker = mpg__engine.node.self,
                                 .cell_bytes = pool->cell_bytes};
    uint32_t region;
    if (slots * mpg__slot_cells(&wanted) > MPG_SLOTS_MAX)
        return false;
    if (!mpg__region_make(&wanted, &region)) {
        /* The object is nearly full: perhaps just enough is left. */
        wanted.slots = count;
        if (slots == count || !mpg__region_make(&wanted, &region))
            return false;
    }
    mpg__mutex_lock(&heap);
    adopt(pool, region);
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

/* Makes a region, unless another thread does meanwhile.  One at a time: each of
 * a thousand threads that begin would make a large one.  False: there is no
 * room for one.  With the lock, which is given up. */
static bool grow(struct pool *pool, uint32_t count)
{
    static mpg__mutex making; /* locked before the heap's */
    const struct mpg__arena *seen = pool->arenas;
    bool is_made = true;
    mpg__mutex_unlock(&heap);
    mpg__mutex_lock(&making);
    mpg__mutex_lock(&heap);
    if (pool->arenas == seen) {
        uint64_t next_bytes = pool->next_bytes;
        mpg__mutex_unlock(&heap);
        is_made = make_region(pool, next_bytes, count);
        mpg__mutex_lock(&heap);
    }
    mpg__mutex_unlock(&making);
    return is_made;
}

/* Takes a run, of a new region if need be; NULL when the object is full.  With
 * the lock, which is given up meanwhile. */
static struct mpg__arena *take_run(struct pool *pool, uint32_t count,
                                   uint32_t step, uint32_t *cell,
                                   bool *is_fresh)
{
    for (;;) {
        struct mpg__arena *arena = pool->arenas;
        while (arena && !mpg__arena_take(arena, count, step, cell, is_fresh))
            arena = arena->next;
        if (arena)
            return arena;
        if (!grow(pool, count))
            return NULL;
    }
}

void *mpg__run_allocate(const struct mpg__grain *grain, bool is_array,
                        uint64_t align, bool *is_fresh)
{
    uint32_t step = step_for(grain, is_array, align), slot = 0;
    mpg__mutex_lock(&heap);
    bool is_spread = is_array && grain->slots >= mpg__engine.node.hosts;
    struct pool *pool = pool_of(grain->slot_bytes, is_spread ? SPREAD : SINGLE);
    const struct mpg__arena *arena =
        take_run(pool, grain->slots, step, &slot, is_fresh);
    uint32_t region = arena ? arena->region : 0;
    mpg__mutex_unlock(&heap);
    if (arena && mpg__explain_is_on)
        mpg__explain_made(region, grain->slots * grain->slot_bytes);
    return arena ? mpg__slot_address(mpg__region_get(region), slot) : NULL;
}

/* The maker's side. */

static uint32_t length_at(uint32_t region, uint32_t cell)
{
    struct mpg__arena *arena = arena_of_region[region];
    if (!arena || cell >= arena->cells)
        return 0;
    uint32_t length = atomic_load_explicit(&arena->lengths[cell], RELAXED);
    return length == MPG_CELL_KEPT ? 0 : length;
}

static uint64_t bytes_here(uint32_t region, uint32_t cell)
{
    return length_at(region, cell) *
           mpg__cell_bytes(&mpg__region_get(region)->layout);
}

static void free_here(uint32_t region, uint32_t cell, unsigned by)
{
    mpg__mutex_lock(&heap);
    struct mpg__arena *arena = arena_of_region[region];
    uint32_t length = length_at(region, cell);
    if (!length || !atomic_compare_exchange_strong_explicit(
                       &arena->lengths[cell], &length, 0, RELAXED, RELAXED))
        mpg__fatal("host %u frees %p, where no allocation begins (freed "
                   "twice?)",
                   by,
                   (void *)mpg__cell_address(mpg__region_get(region), cell));
    mpg__arena_put_back(arena, cell, length);
    mpg__mutex_unlock(&heap);
}

/* The cell that begins at address, of any host. */
static bool find(const void *address, uint32_t *region, uint32_t *cell)
{
    uint32_t slot;
    if (mpg__region_find(address, region, &slot) != MPG_FOUND)
        return false;
    const struct mpg__region *in = mpg__region_get(*region);
    uint32_t cells = mpg__slot_cells(&in->layout);
    uint64_t bytes = mpg__cell_bytes(&in->layout);
    uint64_t offset =
        (uint64_t)((const char *)address - mpg__slot_address(in, slot));
    *cell = slot * cells + (uint32_t)(offset / bytes);
    return in->layout.is_heap && offset % bytes == 0 && offset / bytes < cells;
}

/* Singles. */

static void keep(struct mpg__single *single, struct mpg__arena *arena,
                 uint32_t cell)
{
    single->address = mpg__cell_address(mpg__region_get(arena->region), cell);
    single->length = &arena->lengths[cell];
    atomic_store_explicit(single->length, MPG_CELL_KEPT, RELAXED);
}

/* Whether there are as many with a minipage of their own as there may be. */
static bool are_many(const struct pool *pool)
{
    uint32_t taken = 0;
    for (const struct mpg__arena *arena = pool->arenas; arena;
         arena = arena->next)
        taken += arena->cells - arena->free_count;
    return taken >= OWN_MAX;
}

uint32_t mpg__singles_take(uint64_t own_bytes, uint64_t packed_bytes,
                           struct mpg__single *singles, uint32_t count)
{
    uint32_t cell = 0, taken = 0;
    uint64_t bytes = own_bytes;
    mpg__mutex_lock(&heap);
    struct pool *pool = pool_of(own_bytes, SINGLE);
    if (packed_bytes && are_many(pool)) {
        bytes = packed_bytes;
        pool = pool_of(packed_bytes, PACKED);
    }
    struct mpg__arena *arena =
        take_run(pool, 1, 1, &cell, &singles[0].is_fresh);
    if (arena)
        do {
            singles[taken].is_packed = pool->kind == PACKED;
            keep(&singles[taken++], arena, cell);
        } while (taken < count &&
                 mpg__arena_take(arena, 1, 1, &cell, &singles[taken].is_fresh));
    mpg__mutex_unlock(&heap);
    if (arena && mpg__explain_is_on)
        mpg__explain_made(arena->region, taken * bytes);
    return taken;
}

void mpg__singles_give(const struct mpg__single *singles, uint32_t count)
{
    mpg__mutex_lock(&heap);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t number, cell;
        mpg_assert(find(singles[i].address, &number, &cell));
        atomic_store_explicit(singles[i].length, 0, RELAXED);
        mpg__arena_put_back(arena_of_region[number], cell, 1);
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
    return atomic_compare_exchange_strong_explicit(
        single->length, &one, MPG_CELL_KEPT, RELAXED, RELAXED);
}

uint64_t mpg__single_find(void *address, struct mpg__single *single)
{
    uint32_t number, cell;
    if (!find(address, &number, &cell))
        return 0;
    struct mpg__arena *arena = arena_of_region[number];
    if (!arena || cell >= arena->cells)
        return 0;
    const struct mpg__layout *layout = &mpg__region_get(number)->layout;
    single->address = address;
    single->length = &arena->lengths[cell];
    single->is_fresh = false;
    single->is_packed = layout->cell_bytes;
    return mpg__cell_bytes(layout);
}

/* Runs. */

uint64_t mpg__run_bytes(const void *address)
{
    uint32_t region, cell;
    if (!find(address, &region, &cell))
        return 0;
    if (mpg__region_get(region)->layout.maker == mpg__engine.node.self)
        return bytes_here(region, cell);
    return mpg__remote_size(region, cell);
}

void *mpg__run_align(void *address, uint64_t align)
{
    uint32_t region, cell;
    uint64_t skip = -(uint64_t)(uintptr_t)address & (align - 1);
    mpg_assert(find(address, &region, &cell));
    if (!skip)
        return address;
    uint64_t slots = skip / mpg__region_get(region)->layout.slot_bytes;
    mpg__mutex_lock(&heap);
    _Atomic uint32_t *length = &arena_of_region[region]->lengths[cell];
    mpg_assert(slots < *length);
    length[slots] = *length - (uint32_t)slots;
    *length = (uint32_t)slots;
    mpg__mutex_unlock(&heap);
    free_here(region, cell, mpg__engine.node.self);
    return (char *)address + skip;
}

void mpg__run_free(const void *address)
{
    uint32_t region, cell;
    if (!find(address, &region, &cell))
        mpg__fatal("free of %p, which lies in shared memory where no "
                   "allocation begins",
                   address);
    if (mpg__region_get(region)->layout.maker == mpg__engine.node.self)
        free_here(region, cell, mpg__engine.node.self);
    else
        mpg__remote_free(region, cell);
}

void mpg__alloc_start(void)
{
    mpg__services.freed = free_here;
    mpg__services.size = bytes_here;
    mpg__cache_start();
}

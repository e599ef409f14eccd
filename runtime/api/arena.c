/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * A bitmap of cells, searched from where the last run was found: so an
 * allocation is a few instructions, and neighbours that were freed one by one
 * are a longer run again.
 */
#include "arena.h"

#include "base/fatal.h"
#include "base/zeros.h"

struct mpg__arena *mpg__arena_new(uint32_t region, uint32_t cells)
{
    struct mpg__arena *arena =
        mpg__zeros("the state of the heap", sizeof *arena);
    arena->region = region;
    arena->cells = arena->free_count = cells;
    arena->taken =
        mpg__zeros("the state of the heap",
                   (cells + UINT64_C(63)) / 64 * sizeof *arena->taken);
    arena->lengths = mpg__zeros("the state of the heap",
                                cells * (uint64_t)sizeof *arena->lengths);
    return arena;
}

static bool is_taken(const struct mpg__arena *arena, uint32_t cell)
{
    return arena->taken[cell / 64] >> cell % 64 & 1;
}

static void set_taken(struct mpg__arena *arena, uint32_t first, uint32_t count,
                      bool taken)
{
    for (uint32_t cell = first; cell < first + count; cell++) {
        uint64_t bit = UINT64_C(1) << cell % 64;
        if (taken)
            arena->taken[cell / 64] |= bit;
        else
            arena->taken[cell / 64] &= ~bit;
    }
}

/* The first cell at or behind `from` with `count` free ones, at a multiple of
 * step; `cells` when there is none. */
static uint32_t find_free(const struct mpg__arena *arena, uint32_t from,
                          uint32_t count, uint32_t step)
{
    mpg_assert(step > 0);
    uint64_t cell = (from + (uint64_t)step - 1) / step * step;
    while (cell + count <= arena->cells) {
        if (step == 1 && arena->taken[cell / 64] == UINT64_MAX) {
            cell = (cell / 64 + 1) * 64;
            continue;
        }
        uint32_t run = 0;
        /* What lies behind fresh_from is free, however long. */
        while (run < count && cell + run < arena->fresh_from &&
               !is_taken(arena, (uint32_t)cell + run))
            run++;
        if (run == count || cell + run >= arena->fresh_from)
            return (uint32_t)cell;
        cell = (cell + run + 1 + step - 1) / step * step;
    }
    return arena->cells;
}

bool mpg__arena_take(struct mpg__arena *arena, uint32_t count, uint32_t step,
                     uint32_t *cell, bool *is_fresh)
{
    if (arena->free_count < count)
        return false;
    *cell = find_free(arena, arena->cursor, count, step);
    if (*cell == arena->cells)
        *cell = find_free(arena, 0, count, step);
    if (*cell == arena->cells)
        return false;
    set_taken(arena, *cell, count, true);
    atomic_store_explicit(&arena->lengths[*cell], count, memory_order_relaxed);
    arena->free_count -= count;
    arena->cursor = *cell + count;
    *is_fresh = *cell >= arena->fresh_from;
    if (arena->fresh_from < *cell + count)
        arena->fresh_from = *cell + count;
    return true;
}

void mpg__arena_put_back(struct mpg__arena *arena, uint32_t cell,
                         uint32_t count)
{
    set_taken(arena, cell, count, false);
    arena->free_count += count;
    if (arena->cursor > cell)
        arena->cursor = cell; /* Memory that is warm is used first. */
}

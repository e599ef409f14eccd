/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Which cells of a region are free: what its maker knows, under the heap's
 * lock.
 *
 * A cell is what is allocated, one or several in a row: a minipage, or one of
 * the objects that share a minipage.
 */
#ifndef MPG_API_ARENA_H
#define MPG_API_ARENA_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#define MPG_CELL_KEPT UINT32_MAX /* in place of a length: by a thread */

struct mpg__arena {
    uint32_t region; /* number */
    uint32_t cells;
    uint32_t free_count;
    uint32_t cursor;           /* where to search next */
    uint32_t fresh_from;       /* cells from here on were never used */
    uint64_t *taken;           /* a bit a cell */
    _Atomic uint32_t *lengths; /* of the run that begins at a cell, else 0;
                                  changed without the lock, too (alloc.c) */
    struct mpg__arena *next;   /* of the pool */
};

/* All of it free and fresh.  Ends the run when there is no memory. */
struct mpg__arena *mpg__arena_new(uint32_t region, uint32_t cells);

/* Takes the next `count` cells in a row, the first a multiple of step; false
 * when there are none.  *is_fresh: nobody has had them before. */
bool mpg__arena_take(struct mpg__arena *, uint32_t count, uint32_t step,
                     uint32_t *cell, bool *is_fresh);

/* Cells at which no run begins any more. */
void mpg__arena_put_back(struct mpg__arena *, uint32_t cell, uint32_t count);

#endif

/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Regions: where minipages are, by arithmetic.
 *
 * A region is a run of `slots` equal slots of the memory object, dense; each
 * slot is a minipage.  Slot i is reached through view i mod `views`:
 *
 *     address(i) = view(i mod views) + offset + i * slot_bytes
 *
 * `views` is the least power of two for which slots of one view never share a
 * page, so every vpage belongs to one minipage.  The table of regions is the
 * same on every host; nothing else is needed to find a minipage from an
 * address, and a million minipages are one row.
 *
 * Regions only ever get added, in the order of their offsets.  Readers need no
 * lock: a row is complete before the count says that it is there.
 */
#ifndef MPG_ENGINE_REGION_H
#define MPG_ENGINE_REGION_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "proto/proto.h"
#include "vm/vm.h"

#ifndef MPG_REGIONS_MAX /* The fuzzer makes it smaller. */
#define MPG_REGIONS_MAX 65536u
#endif
#define MPG_SLOTS_MAX      0x7fffffffu
#define MPG_SLOT_BYTES_MAX (UINT64_C(1) << 31)

/* Among a minipage's hints: its vpage is closed, whatever this host may do
 * (composed.c). */
#define MPG_HINT_HIDDEN 0x80u
/* And: its vpage is only readable (publish.c). */
#define MPG_HINT_PUBLISHED 0x40u

/* How a region's minipages are given to home hosts. */
enum mpg__homes {
    MPG_HOMES_BLOCK,  /* slot i at host i * hosts / slots: as loops divide */
    MPG_HOMES_CYCLIC, /* slot i at host i mod hosts */
    MPG_HOMES_MAKER,  /* all at the host that made the region */
};

/* What defines a region; the same on all hosts, travels in messages. */
struct mpg__layout {
    uint64_t offset;
    uint64_t slot_bytes;
    uint32_t slots;
    uint32_t views;
    uint8_t homes;       /* enum mpg__homes */
    uint8_t is_heap;     /* the maker allocates from it */
    uint16_t maker;      /* the host that made it, of the heap's */
    uint32_t cell_bytes; /* of what is allocated, if several lie in a slot;
                            else 0 */
};

struct mpg__region {
    struct mpg__layout layout;
    uint64_t bytes;           /* of the object, whole pages */
    struct mpg__copy *copies; /* [slots], zeros until used */
    struct mpg__home *homes;  /* [slots homed here], zeros until used */
    uint8_t *hints;           /* [slots], for asking ahead (ahead.c) */
    uint8_t *composed; /* [pages], what is known of the composed view's, or
                          NULL: there is one view (composed.c) */
    struct {           /* ns (advice.c) */
        uint64_t credit, limit, since, pause, again;
        uint64_t told;   /* that loops are to use the composed view again ... */
        uint32_t run_at; /* ... by a run that began there */
    } advice;
    struct { /* (publish.c) */
        int16_t credit;
        uint16_t asked;
        bool is_known;
    } publish;
    uint32_t acks_missing; /* subtrees that do not know of it yet */
    uint32_t asker_epoch;  /* at host 0: whose region it is */
    uint16_t asker;
    bool is_composed; /* loops are to use the composed view */
    bool is_entered;  /* and one has faulted there */
};

/* Views that slots of this size need: 1 for whole pages, else the least power
 * of two >= 1 + ceil((page - g) / bytes), g = gcd(bytes, page), and never more
 * than there are slots. */
uint32_t mpg__views_for(uint64_t slot_bytes, uint32_t slots);

/* NULL, or why there can be no such region in any job; whether there is room
 * for it is another question.  For layouts that another host has sent. */
const char *mpg__layout_refusal(const struct mpg__layout *);

/* Adds a row and maps its views.  Pre: the offset is not below the end of the
 * last region, views <= mpg__vm.views_max.  Returns its number; ends the run
 * when the table is full.  Under the engine's lock, or before main. */
uint32_t mpg__region_add(const struct mpg__layout *);

/* NULL when there is none of that number. */
struct mpg__region *mpg__region_get(uint32_t region);
uint32_t mpg__region_count(void);
uint64_t mpg__region_end(void); /* offset behind the last one */

/* The region that a place in the object belongs to, and its number; or NULL. */
struct mpg__region *mpg__region_at(uint64_t offset, uint32_t *number);

unsigned mpg__region_home(const struct mpg__region *, uint32_t slot);
/* Its entry among those homed here.  Pre: mpg__region_home is this host. */
struct mpg__home *mpg__region_home_entry(const struct mpg__region *,
                                         uint32_t slot);

static inline char *mpg__slot_address(const struct mpg__region *region,
                                      uint32_t slot)
{
    const struct mpg__layout *layout = &region->layout;
    return mpg__vm_view(slot & (layout->views - 1)) + layout->offset +
           slot * layout->slot_bytes;
}

/* A cell of the heap's is what is allocated: a slot, or a part of one.  A slot
 * may have some bytes behind its last cell. */
static inline uint32_t mpg__slot_cells(const struct mpg__layout *layout)
{
    return layout->cell_bytes
               ? (uint32_t)(layout->slot_bytes / layout->cell_bytes)
               : 1;
}

static inline uint64_t mpg__cell_bytes(const struct mpg__layout *layout)
{
    return layout->cell_bytes ? layout->cell_bytes : layout->slot_bytes;
}

static inline char *mpg__cell_address(const struct mpg__region *region,
                                      uint32_t cell)
{
    uint32_t cells = mpg__slot_cells(&region->layout);
    return mpg__slot_address(region, cell / cells) +
           cell % cells * (uint64_t)region->layout.cell_bytes;
}

static inline char *mpg__slot_privileged(const struct mpg__region *region,
                                         uint32_t slot)
{
    return mpg__vm.privileged + region->layout.offset +
           slot * region->layout.slot_bytes;
}

/* Which minipage an address in an application view is for. */
enum mpg__found {
    MPG_FOUND,
    MPG_FOUND_NO_REGION, /* nothing was ever allocated there */
    MPG_FOUND_STRAY,     /* allocated, but not reached through this view */
};
enum mpg__found mpg__region_find(const void *address, uint32_t *region,
                                 uint32_t *slot);

#endif

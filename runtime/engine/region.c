/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * The region table and its arithmetic.
 */
#include "region.h"

#include <sys/mman.h>

#include "base/fatal.h"
#include "base/gcd.h"
#include "base/zeros.h"
#include "engine.h"

static struct mpg__region table[MPG_REGIONS_MAX];
static _Atomic uint32_t count;

uint32_t mpg__views_for(uint64_t slot_bytes, uint32_t slots)
{
    if (slot_bytes % MPG_PAGE == 0)
        return 1;
    uint64_t room = MPG_PAGE - mpg__gcd(slot_bytes, MPG_PAGE);
    uint64_t least = 1 + (room + slot_bytes - 1) / slot_bytes;
    uint32_t views = 1;
    while (views < least && views < slots)
        views *= 2;
    return views;
}

/* Of no use in a core dump. */
static void *sparse_zeros(uint64_t bytes)
{
    void *got = mpg__zeros("the state of minipages", bytes);
    madvise(got, bytes, MADV_DONTDUMP);
    return got;
}

/* Slots homed at `host` are first .. first + n - 1 for BLOCK. */
static uint32_t block_first(uint32_t slots, unsigned host)
{
    unsigned hosts = mpg__engine.node.hosts;
    return (uint32_t)(((uint64_t)host * slots + hosts - 1) / hosts);
}

static uint32_t homed_here(const struct mpg__layout *layout)
{
    unsigned self = mpg__engine.node.self, hosts = mpg__engine.node.hosts;
    switch (layout->homes) {
    case MPG_HOMES_BLOCK:
        return block_first(layout->slots, self + 1) -
               block_first(layout->slots, self);
    case MPG_HOMES_CYCLIC:
        return layout->slots / hosts + (self < layout->slots % hosts);
    default:
        return layout->maker == self ? layout->slots : 0;
    }
}

const char *mpg__layout_refusal(const struct mpg__layout *layout)
{
    if (!layout->slot_bytes || layout->slot_bytes > MPG_SLOT_BYTES_MAX)
        return "a region of empty or too large minipages";
    if (layout->views & (layout->views - 1) ||
        layout->views < mpg__views_for(layout->slot_bytes, layout->slots))
        return "a region with a number of views that cannot be";
    if (layout->homes > MPG_HOMES_MAKER ||
        layout->maker >= mpg__engine.node.hosts)
        return "a region homed at no host of this job";
    if (layout->cell_bytes > layout->slot_bytes)
        return "a region of allocations that are larger than minipages";
    if (layout->slots * (uint64_t)mpg__slot_cells(layout) > MPG_SLOTS_MAX)
        return "a region of too many allocations";
    return NULL;
}

uint32_t mpg__region_add(const struct mpg__layout *layout)
{
    uint32_t number = atomic_load_explicit(&count, memory_order_relaxed);
    if (number == MPG_REGIONS_MAX)
        mpg__fatal("more than %u regions of shared memory: allocate fewer, "
                   "larger objects",
                   MPG_REGIONS_MAX);
    mpg_assert(layout->offset >= mpg__region_end());
    mpg_assert(layout->slots > 0 && layout->slot_bytes > 0);
    mpg__vm_need_views(layout->views);
    struct mpg__region *region = &table[number];
    region->layout = *layout;
    region->bytes = (layout->slots * layout->slot_bytes + MPG_PAGE - 1) /
                    MPG_PAGE * MPG_PAGE;
    region->copies =
        sparse_zeros(layout->slots * (uint64_t)sizeof *region->copies);
    region->hints = sparse_zeros(layout->slots);
    if (layout->views > 1)
        region->composed = sparse_zeros(region->bytes / MPG_PAGE);
    mpg__advice_add(region);
    region->homes =
        sparse_zeros(homed_here(layout) * (uint64_t)sizeof *region->homes);
    atomic_store_explicit(&count, number + 1, memory_order_release);
    return number;
}

struct mpg__region *mpg__region_get(uint32_t region)
{
    return region < mpg__region_count() ? &table[region] : NULL;
}

uint32_t mpg__region_count(void)
{
    return atomic_load_explicit(&count, memory_order_acquire);
}

uint64_t mpg__region_end(void)
{
    uint32_t regions = mpg__region_count();
    if (!regions)
        return 0;
    return table[regions - 1].layout.offset + table[regions - 1].bytes;
}

unsigned mpg__region_home(const struct mpg__region *region, uint32_t slot)
{
    switch (region->layout.homes) {
    case MPG_HOMES_BLOCK:
        return (unsigned)((uint64_t)slot * mpg__engine.node.hosts /
                          region->layout.slots);
    case MPG_HOMES_CYCLIC:
        return slot % mpg__engine.node.hosts;
    default:
        return region->layout.maker;
    }
}

struct mpg__home *mpg__region_home_entry(const struct mpg__region *region,
                                         uint32_t slot)
{
    switch (region->layout.homes) {
    case MPG_HOMES_BLOCK:
        return &region->homes[slot - block_first(region->layout.slots,
                                                 mpg__engine.node.self)];
    case MPG_HOMES_CYCLIC:
        return &region->homes[slot / mpg__engine.node.hosts];
    default:
        return &region->homes[slot];
    }
}

struct mpg__region *mpg__region_at(uint64_t offset, uint32_t *number)
{
    uint32_t low = 0, high = mpg__region_count();
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (table[middle].layout.offset <= offset)
            low = middle + 1;
        else
            high = middle;
    }
    *number = low - 1;
    /* The last one that begins at or before offset. */
    return low && offset - table[low - 1].layout.offset < table[low - 1].bytes
               ? &table[low - 1]
               : NULL;
}

/* Aligned vector loads of string functions begin up to this much before the
 * object that they are about, on the same page. */
#define READ_BEFORE_MAX 63

enum mpg__found mpg__region_find(const void *address, uint32_t *number,
                                 uint32_t *slot)
{
    uint64_t offset;
    uint32_t view = mpg__vm_view_of(address, &offset);
    struct mpg__region *region = mpg__region_at(offset, number);
    if (!region)
        return MPG_FOUND_NO_REGION;
    const struct mpg__layout *layout = &region->layout;
    uint64_t relative = offset - layout->offset;
    uint64_t index = relative / layout->slot_bytes;
    uint64_t rest = layout->slot_bytes - relative % layout->slot_bytes;
    if ((index & (layout->views - 1)) != view && rest <= READ_BEFORE_MAX &&
        offset % MPG_PAGE + rest < MPG_PAGE)
        index++;
    *slot = (uint32_t)index;
    if (index >= layout->slots || (index & (layout->views - 1)) != view)
        return MPG_FOUND_STRAY;
    return MPG_FOUND;
}

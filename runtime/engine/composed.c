/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * The composed view: small minipages by the page.
 *
 * Minipages keep apart what hosts use apart.  A loop that goes through them all
 * pays for that without having anything of it: each has a view to be computed,
 * a translation of its own and a fault of its own.  So there is one more view
 * of the object, in which a region is contiguous, as it is in the object.  A
 * vpage of it allows what *all* minipages on it allow in their views, and the
 * one rule is that it never allows more:
 *
 *   - it is opened only when all of its minipages are here: by a fault at it,
 *     which asks for all that are missing (need.c), or when the last comes;
 *   - whatever takes rights away from a minipage takes them from the pages that
 *     it lies on in the same turn, so before anybody is told.
 *
 * What comes for such a page is not opened in its views as well: it is *hidden*
 * there until somebody faults at it.  So a page costs one fault and one change,
 * however many minipages it has.
 *
 * The protocol knows nothing of it.  Compiled code has loops that go through
 * an array in order twice (plugin/ir/ComposedLoops.cpp) and looks in the
 * array's slot which of them it is to run; the addresses mean the same, so that
 * is advice, which advice.c gives.
 */
#include "engine_internal.h"

#define AROUND 32u /* pages that one fault opens, if all is here */
/* Of what is known of a page: what it allows, and the most it has allowed. */
#define ACCESS     0x3
#define MOST_SHIFT 2

static char *address_of(const struct mpg__region *region, uint32_t page)
{
    return mpg__vm_composed() + region->layout.offset +
           page * (uint64_t)MPG_PAGE;
}

bool mpg__composed_find(const void *address, uint32_t *number, uint32_t *page)
{
    uint64_t offset = (uint64_t)((const char *)address - mpg__vm_composed());
    struct mpg__region *region = mpg__region_at(offset, number);
    if (!region || !region->composed)
        return false;
    *page = (uint32_t)((offset - region->layout.offset) / MPG_PAGE);
    return true;
}

void mpg__composed_slots(const struct mpg__region *region, uint32_t page,
                         uint32_t *first, uint32_t *count)
{
    uint64_t bytes = region->layout.slot_bytes;
    uint64_t start = page * (uint64_t)MPG_PAGE;
    uint64_t end = (start + MPG_PAGE + bytes - 1) / bytes;
    *first = (uint32_t)(start / bytes);
    if (end > region->layout.slots)
        end = region->layout.slots;
    *count = (uint32_t)end - *first;
}

/* Vpages of the composed view. */

/* What all minipages of a page allow. */
static enum mpg__access least(const struct mpg__region *region, uint32_t page)
{
    uint32_t first, count;
    unsigned access = MPG_ACCESS_WRITE;
    mpg__composed_slots(region, page, &first, &count);
    for (uint32_t i = 0; i < count && access != MPG_ACCESS_NONE; i++)
        if (region->copies[first + i].access < access)
            access = region->copies[first + i].access;
    return (enum mpg__access)access;
}

static void note(struct mpg__region *region, uint32_t page, unsigned now)
{
    unsigned most = region->composed[page] >> MOST_SHIFT;
    region->composed[page] =
        (uint8_t)(now | (now > most ? now : most) << MOST_SHIFT);
}

static bool open_page(struct mpg__region *region, uint32_t page)
{
    const struct mpg__vm_backend *vm = mpg__vm.backend;
    enum mpg__access access = least(region, page);
    unsigned now = region->composed[page] & ACCESS;
    if (now >= access)
        return false;
    char *start = address_of(region, page);
    mpg__pages_change_at(now == MPG_ACCESS_READ      ? vm->upgrade
                         : access == MPG_ACCESS_READ ? vm->open_read
                                                     : vm->open_write,
                         start, start + MPG_PAGE);
    note(region, page, access);
    return true;
}

void mpg__composed_open(uint32_t number, uint32_t page)
{
    struct mpg__region *region = mpg__region_get(number);
    region->is_entered = true;
    uint32_t pages = (uint32_t)(region->bytes / MPG_PAGE);
    uint32_t end = pages - page < AROUND ? pages : page + AROUND;
    while (page < end && open_page(region, page))
        page++;
}

void mpg__composed_gained(uint32_t number, uint32_t slot)
{
    struct mpg__region *region = mpg__region_get(number);
    /* Most regions are small variables, which no loop goes through. */
    if (!region->is_composed || !region->is_entered)
        return;
    /* In order it is the last one of a page that completes it. */
    uint64_t bytes = region->layout.slot_bytes;
    uint64_t end = (slot + UINT64_C(1)) * bytes;
    uint64_t behind = slot + 1 == region->layout.slots
                          ? region->bytes / MPG_PAGE
                          : end / MPG_PAGE;
    for (uint64_t page = slot * bytes / MPG_PAGE; page < behind; page++)
        open_page(region, (uint32_t)page);
}

void mpg__composed_lost(uint32_t number, uint32_t slot, enum mpg__access left)
{
    const struct mpg__vm_backend *vm = mpg__vm.backend;
    struct mpg__region *region = mpg__region_get(number);
    if (!region->composed || !mpg__vm_has_composed())
        return;
    uint64_t bytes = region->layout.slot_bytes;
    uint32_t page = (uint32_t)(slot * bytes / MPG_PAGE);
    uint32_t last = (uint32_t)(((slot + UINT64_C(1)) * bytes - 1) / MPG_PAGE);
    for (; page <= last; page++) {
        if ((region->composed[page] & ACCESS) <= left)
            continue;
        char *start = address_of(region, page);
        mpg__pages_change_at(left == MPG_ACCESS_READ ? vm->protect : vm->close,
                             start, start + MPG_PAGE);
        note(region, page, left);
    }
}

bool mpg__composed_has_been(uint32_t number, uint32_t page,
                            enum mpg__access access)
{
    return mpg__region_get(number)->composed[page] >> MOST_SHIFT >= access;
}

/* Vpages in the views, while nobody uses them. */

/* Also what was used there once: or each time that the page goes to and fro it
 * would be opened and closed there as well, for ever. */
void mpg__composed_hide(uint32_t number, uint32_t slot)
{
    struct mpg__region *region = mpg__region_get(number);
    const struct mpg__copy *copy = &region->copies[slot];
    uint8_t *hints = &region->hints[slot];
    /* What was asked for may have been opened already (early.c). */
    if (!region->is_composed || copy->asked || (*hints & MPG_HINT_HIDDEN))
        return;
    if (copy->access != MPG_ACCESS_NONE)
        mpg__pages_change(mpg__vm.backend->close, number, slot);
    *hints |= MPG_HINT_HIDDEN;
}

void mpg__composed_show(uint32_t number, uint32_t slot)
{
    const struct mpg__vm_backend *vm = mpg__vm.backend;
    struct mpg__region *region = mpg__region_get(number);
    if (!(region->hints[slot] & MPG_HINT_HIDDEN))
        return;
    region->hints[slot] &= (uint8_t)~MPG_HINT_HIDDEN;
    if (region->copies[slot].access == MPG_ACCESS_READ)
        mpg__pages_change(vm->open_read, number, slot);
    else if (region->copies[slot].access == MPG_ACCESS_WRITE)
        mpg__pages_change(vm->open_write, number, slot);
}

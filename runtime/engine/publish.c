/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Making readable, at a barrier, what others will read behind it.
 *
 * An owner that is asked for a minipage takes away its own right to write
 * before the bytes are read (P4).  While its program computes, another host
 * waits for that: for a system call, and for what emptying a translation cache
 * makes slow after it, together a tenth of a whole fault.  But a program that
 * writes something in each of its phases, and has others read it in the next
 * one, is at a barrier in between, and waits.
 *
 * So what was asked for in order to read it is remembered, and when this host
 * comes to a barrier and has written it again, it is *published*: its vpage is
 * made readable, as if somebody had asked.  The protocol knows nothing of it; a
 * vpage that allows less than it might harms nobody.  When somebody does ask,
 * there is nothing left to do.  If this host writes once more before that, it
 * faults, and gets its right back from us: that costs about twice what a right
 * guess saves.  So a region has credit for its guesses, and when that is used
 * up, it has to be asked for many times before it gets some again.
 *
 * Of minipages that have a page to themselves: the vpages of smaller ones are
 * not the only ones through which they can be written (composed.c).
 *
 * All of this is advice: MILLIPAGE_PUBLISH=0 turns it off and changes no
 * result.
 */
#include "base/config.h"
#include "engine_internal.h"

#define LISTED_MAX   1024u /* asked for, and not published since */
#define AT_ONCE      8u    /* under the lock: others are to be served, too */
#define CREDIT_FIRST 8
#define CREDIT_MAX   32
#define MISS         2   /* of credit */
#define ASKED_AGAIN  64u /* times, for credit once more ... */
#define CREDIT_AGAIN 4   /* ... of so much */

static struct listed {
    uint32_t region, slot;
} list[LISTED_MAX];
static _Atomic uint32_t count; /* read without the lock, too */

static uint8_t *hint_of(uint32_t region, uint32_t slot)
{
    return &mpg__region_get(region)->hints[slot];
}

static bool take_back(uint32_t region, uint32_t slot)
{
    uint8_t *hint = hint_of(region, slot);
    bool was_published = *hint & MPG_HINT_PUBLISHED;
    *hint &= (uint8_t)~MPG_HINT_PUBLISHED;
    return was_published;
}

/* Whether the region's minipages may be published, for all that is known. */
static bool has_credit(struct mpg__region *region)
{
    if (region->publish.is_known)
        return region->publish.credit > 0;
    region->publish.is_known = true;
    region->publish.credit = CREDIT_FIRST;
    return true;
}

static void note_asked(struct mpg__region *region)
{
    if (has_credit(region) || ++region->publish.asked < ASKED_AGAIN)
        return;
    region->publish.asked = 0;
    region->publish.credit = CREDIT_AGAIN;
}

bool mpg__publish_asked(uint32_t number, uint32_t slot)
{
    struct mpg__region *region = mpg__region_get(number);
    if (!mpg__config.publish || region->layout.views != 1)
        return false;
    bool was_published = take_back(number, slot);
    if (was_published && region->publish.credit < CREDIT_MAX)
        region->publish.credit++;
    if (!was_published)
        note_asked(region);
    if (count < LISTED_MAX)
        list[count++] = (struct listed){number, slot};
    return was_published;
}

void mpg__publish_lost(uint32_t region, uint32_t slot)
{
    (void)take_back(region, slot);
}

bool mpg__publish_undo(uint32_t region, uint32_t slot)
{
    if (!take_back(region, slot))
        return false;
    mpg__region_get(region)->publish.credit -= MISS;
    mpg__pages_change(mpg__vm.backend->upgrade, region, slot);
    return true;
}

/* What has not been written again stays in the list. */
static bool is_to_stay(const struct listed *entry)
{
    struct mpg__region *region = mpg__region_get(entry->region);
    const struct mpg__copy *copy = &region->copies[entry->slot];
    uint8_t *hint = hint_of(entry->region, entry->slot);
    if (copy->access != MPG_ACCESS_WRITE)
        return copy->access == MPG_ACCESS_READ;
    if (copy->pins || (*hint & MPG_HINT_PUBLISHED) || !has_credit(region))
        return false;
    mpg__pages_change(mpg__vm.backend->protect, entry->region, entry->slot);
    *hint |= MPG_HINT_PUBLISHED;
    return false;
}

/* A few of them; the next one to look at. */
static uint32_t publish_some(uint32_t at)
{
    mpg__engine_lock();
    for (uint32_t i = 0; i < AT_ONCE && at < count; i++) {
        if (is_to_stay(&list[at]))
            at++;
        else
            list[at] = list[--count];
    }
    mpg__engine_unlock();
    return at;
}

void mpg__publish(void)
{
    uint32_t at = 0;
    mpg__keep_drop(); /* What is pinned is not published. */
    while (at < atomic_load_explicit(&count, memory_order_relaxed))
        at = publish_some(at);
}

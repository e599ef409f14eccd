/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * How what an access needs is found, asked for and held.
 *
 * Needs of many minipages are asked for all at once, so that they come in the
 * time of one, and pinned one after the other in ascending order, as all hosts
 * do: whoever holds some waits for later ones only, so nobody waits in a
 * circle.
 */
#include "need.h"

#include "base/fatal.h"
#include "engine_internal.h"

bool mpg__need_at(const void *address, uintptr_t ip, struct mpg__need *need)
{
    need->page = MPG_NO_PAGE;
    need->count = 1;
    if (mpg__vm_is_composed(address)) {
        if (!mpg__composed_find(address, &need->region, &need->page))
            return false;
        mpg__composed_slots(mpg__region_get(need->region), need->page,
                            &need->slot, &need->count);
        return true;
    }
    switch (mpg__region_find(address, &need->region, &need->slot)) {
    case MPG_FOUND:
        break;
    case MPG_FOUND_NO_REGION:
        return false; /* A fault like any other. */
    case MPG_FOUND_STRAY:
        mpg__fatal("the access to %p at instruction %p lies outside the "
                   "minipage that its pointer was made for: a pointer into "
                   "one minipage was moved into another (region %u)",
                   address, (void *)ip, need->region);
    }
    return true;
}

bool mpg__need_is_before(const struct mpg__need *a, const struct mpg__need *b)
{
    if (a->region != b->region)
        return a->region < b->region;
    return a->slot != b->slot ? a->slot < b->slot : a->page < b->page;
}

bool mpg__need_is_same(const struct mpg__need *a, const struct mpg__need *b)
{
    return a->region == b->region && a->slot == b->slot && a->page == b->page;
}

static struct mpg__copy *copies_of(const struct mpg__need *need)
{
    return mpg__copy_of(need->region, need->slot);
}

uint32_t mpg__need_missing(const struct mpg__need *need, uint32_t *away)
{
    const struct mpg__copy *copies = copies_of(need);
    uint32_t missing = 0;
    *away = 0;
    for (uint32_t i = 0; i < need->count; i++) {
        bool is_here = copies[i].access >= need->access;
        missing += !is_here;
        *away += !is_here && !copies[i].asked;
    }
    return missing;
}

static void obtain(const struct mpg__need *need, uint32_t slot)
{
    const struct mpg__copy *copy = mpg__copy_of(need->region, slot);
    while (copy->access < need->access) {
        struct mpg__waiter waiter;
        mpg__waiter_add(&waiter, need->region, slot);
        mpg__step_copy(MPG_EVENT_WANT, need->region, slot, need->access);
        mpg__early_want(need->region, slot, need->access);
        mpg__keep_pause();
        mpg__engine_unlock();
        mpg__wait_minipage(&waiter);
        mpg__engine_lock();
        mpg__keep_go_on();
    }
}

uint32_t mpg__need_ask(const struct mpg__need *need, uint32_t i)
{
    const struct mpg__copy *copies = copies_of(need);
    uint32_t first = need->count;
    for (; i < need->count; i++) {
        uint32_t slot = need->slot + i;
        if (copies[i].access >= need->access || copies[i].asked ||
            (first < i && mpg__engine.requests_open >= MPG_PREFETCH_MAX))
            continue;
        if (need->page != MPG_NO_PAGE)
            mpg__composed_hide(need->region, slot);
        else
            mpg__guard_note(need->region, slot, need->access);
        mpg__step_copy(MPG_EVENT_WANT, need->region, slot, need->access);
        mpg__recall_note(need->region, slot, need->access);
        if (first == need->count)
            first = i;
    }
    return first;
}

void mpg__need_pin(const struct mpg__need *need)
{
    mpg__copy_pin(copies_of(need));
}

/* What has come may be lost again before its turn.  Then all that was lost is
 * asked for together: hosts that want the same page wait for its first
 * minipage, and who has pinned that gets the others. */
void mpg__need_take(const struct mpg__need *need)
{
    struct mpg__copy *copies = copies_of(need);
    for (uint32_t i = 0; i < need->count; i++) {
        if (i)
            mpg__copy_pin(&copies[i]);
        if (copies[i].access < need->access && need->count > 1)
            (void)mpg__need_ask(need, i);
        obtain(need, need->slot + i);
    }
}

void mpg__need_release(const struct mpg__need *need)
{
    struct mpg__copy *copies = copies_of(need);
    for (uint32_t i = 0; i < need->count; i++)
        if (!mpg__copy_unpin(&copies[i]))
            mpg__step_copy(MPG_EVENT_UNPIN, need->region, need->slot + i, 0);
}

bool mpg__need_have(const struct mpg__need *need)
{
    uint32_t away;
    if (mpg__need_missing(need, &away))
        return false;
    if (need->page != MPG_NO_PAGE)
        mpg__composed_open(need->region, need->page);
    return true;
}

bool mpg__need_is_wanted(const struct mpg__need *need)
{
    const struct mpg__copy *copies = copies_of(need);
    for (uint32_t i = 0; i < need->count; i++)
        if (copies[i].deferred)
            return true;
    return false;
}

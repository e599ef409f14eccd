/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Opening a vpage while its bytes are under way.
 *
 * A thread that faults has asked for a minipage and has nothing to do until it
 * comes; then it makes the vpage's entry, and writes the bytes to a place that
 * is in no cache.  As long as nothing of the program can run (alone.c), nobody
 * looks at the vpage before that thread does, which is when it has the bytes.
 * So the entry is made and used once, and the place fetched, while they are
 * under way.
 *
 * The protocol knows nothing of it.  What it says to do meets what was done
 * already in pages.c, and as a rule that is the same.  It may be something
 * else: another host was first, and the copy that was to be upgraded goes to
 * it.  Or the wait ends otherwise, or a thread of the program is to come.  Then
 * the vpage is first put back to what it was.
 */
#include "engine_internal.h"

#define LINE     64u   /* of a cache */
#define WARM_MAX 4096u /* bytes that are fetched: they push others out */
/* Opening a larger minipage takes longer than its first bytes are under way,
 * and they are to be received. */
#define EARLY_MAX (64u << 10)

/* Under the engine's lock. */
static struct {
    uint32_t region, slot;
    enum mpg__access access; /* NONE when there is nothing */
} wanted;                    /* by who faulted last */

static struct {
    uint32_t region, slot;
    void (*change)(char *, size_t), (*back)(char *, size_t);
} made;
static _Atomic bool is_made;

void mpg__early_want(uint32_t region, uint32_t slot, enum mpg__access access)
{
    wanted.region = region;
    wanted.slot = slot;
    wanted.access = access;
}

/* Whether there is something to do, and what. */
static bool plan(void)
{
    const struct mpg__vm_backend *vm = mpg__vm.backend;
    if (wanted.access == MPG_ACCESS_NONE)
        return false;
    const struct mpg__copy *copy = mpg__copy_of(wanted.region, wanted.slot);
    const struct mpg__region *region = mpg__region_get(wanted.region);
    if (copy->access >= wanted.access || !copy->asked ||
        region->layout.slot_bytes > EARLY_MAX ||
        (region->hints[wanted.slot] & MPG_HINT_HIDDEN))
        return false;
    made.region = wanted.region;
    made.slot = wanted.slot;
    made.back = copy->access == MPG_ACCESS_NONE ? vm->close : vm->protect;
    if (wanted.access == MPG_ACCESS_READ)
        made.change = vm->open_read;
    else
        made.change =
            copy->access == MPG_ACCESS_NONE ? vm->open_write : vm->upgrade;
    return true;
}

static void fetch_place(void)
{
    const struct mpg__region *region = mpg__region_get(made.region);
    const char *place = mpg__slot_privileged(region, made.slot);
    size_t bytes = region->layout.slot_bytes;
    if (bytes > WARM_MAX)
        bytes = WARM_MAX;
    mpg__vm_make(place, bytes);
    for (size_t at = 0; at < bytes; at += LINE)
        __builtin_prefetch(place + at, 1);
}

/* The first access through a new entry finds nothing in the processor's
 * translation cache; and nothing in the table that it looks at, where a
 * hypervisor keeps that in its own hands, which costs more than the entry.  A
 * write leaves what is there.  In assembly: sanitizers need not see it. */
static void touch(void)
{
    char *at = mpg__slot_address(mpg__region_get(made.region), made.slot);
    if (wanted.access == MPG_ACCESS_WRITE)
        __asm__ volatile("lock orb $0, %0" : "+m"(*at) : : "cc");
    else
        __asm__ volatile("testb $0, %0" : : "m"(*at) : "cc");
}

void mpg__early_begin(void)
{
    mpg__mutex_lock(&mpg__engine.lock);
    if (mpg__alone() && plan()) {
        mpg__pages_change(made.change, made.region, made.slot);
        mpg__pages_now();
        is_made = true;
        touch();
        fetch_place();
    }
    wanted.access = MPG_ACCESS_NONE;
    mpg__mutex_unlock(&mpg__engine.lock);
}

bool mpg__early_has_made(void (*change)(char *, size_t), uint32_t region,
                         uint32_t slot)
{
    if (!is_made || made.region != region || made.slot != slot)
        return false;
    if (change != made.change)
        mpg__early_undo();
    is_made = false;
    return change == made.change;
}

void mpg__early_undo(void)
{
    if (!is_made)
        return;
    is_made = false; /* First, for mpg__pages_change asks. */
    mpg__pages_change(made.back, made.region, made.slot);
}

void mpg__early_end(void)
{
    if (!is_made)
        return;
    mpg__mutex_lock(&mpg__engine.lock);
    mpg__early_undo();
    mpg__pages_now();
    mpg__mutex_unlock(&mpg__engine.lock);
}

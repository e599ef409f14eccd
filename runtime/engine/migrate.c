/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Asking to write at once for what is read and then written.
 *
 * `a[i] = a[i] + b` reads first: a fault, a copy to read, and then another
 * fault for the right to write it.  Where hosts do so in turns the minipage
 * *migrates*, and each turn costs two round trips.  So it is remembered when a
 * host writes where it has read last, and when it comes to read there again it
 * asks to write, as it will.
 *
 * Nobody tells us whether it did, for there is no fault then; and hosts that
 * only read what they ask to write take it from each other.  So a guess that
 * was seen to be right gives credit for a few, twice as many each time, and
 * when that is used up the minipage is on trial: it is asked for to read, and
 * if it is not written next, nothing of it is believed any more.
 *
 * All of this is advice: MILLIPAGE_MIGRATE=0 turns it off and changes no
 * result.
 */
#include "base/config.h"
#include "engine_internal.h"
#include "need.h"

#define TRAILS     4096u /* minipages that are remembered, by hash */
#define CREDIT_MAX 16u

/* Under the engine's lock. */
static struct trail {
    uint32_t region, slot;
    uint32_t place;   /* of the last fault, the low bits of its address */
    uint8_t access;   /* that it asked for */
    uint8_t credit;   /* guesses that may be made */
    uint8_t deserved; /* how many it was at first; 0: never seen to migrate */
} trails[TRAILS];

static struct trail *trail_of(const struct mpg__need *need)
{
    struct trail *trail = &trails[mpg__hash(need->region, need->slot) % TRAILS];
    if (trail->region != need->region || trail->slot != need->slot)
        *trail = (struct trail){.region = need->region, .slot = need->slot};
    return trail;
}

static void note_write(struct trail *trail, uint32_t place)
{
    if (trail->access != MPG_ACCESS_READ || trail->place != place)
        return;
    trail->deserved = trail->deserved ? 2 * trail->deserved : 1;
    if (trail->deserved > CREDIT_MAX)
        trail->deserved = CREDIT_MAX;
    trail->credit = trail->deserved;
}

/* What to ask for instead. */
static enum mpg__access guess(struct trail *trail)
{
    if (trail->credit) {
        trail->credit--;
        return MPG_ACCESS_WRITE;
    }
    if (trail->access == MPG_ACCESS_READ)
        trail->deserved = 0; /* It was on trial, and was not written. */
    return MPG_ACCESS_READ;
}

enum mpg__access mpg__migrate(const struct mpg__need *need, const void *address)
{
    enum mpg__access access = need->access;
    uint32_t place = (uint32_t)(uintptr_t)address;
    struct trail *trail;
    if (!mpg__config.migrate)
        return access;
    trail = trail_of(need);
    if (access == MPG_ACCESS_WRITE)
        note_write(trail, place);
    else
        access = guess(trail);
    trail->access = access;
    trail->place = place;
    return access;
}

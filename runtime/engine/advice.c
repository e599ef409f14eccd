/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Whether loops are to use the composed view (composed.c), region by region.
 *
 * At first they are, for the compiler has seen that they go through the region
 * in order.  Where hosts use minipages of one page for different things they
 * then take whole pages from each other, which minipages are there to prevent.
 * A loop that gains as much can bear some of that, so it may take a tenth of
 * the time.  Two kinds of faults count, where this host has had the page
 * before:
 *
 *   At a *divided* page, which has some of its minipages here and others not.
 *   Others have taken these one by one, in their views, and will again: each
 *   counts as another fault.  If it is too much, the region is not composed for
 *   a while, each time for a longer one.
 *
 *   At a page that *returns* as a whole.  Perhaps hosts hand it on to each
 *   other, and perhaps each of them wants half of it.  The views can tell those
 *   apart: in them, the first is a long run of faults, and the second is none.
 *   So if it is too much, the region is tried without.
 *
 * What is not composed becomes so again when a thread has faulted through some
 * pages of it in order, in their views.  If it was tried without in vain, there
 * is four times the credit until the next trial.  But a loop that is under way
 * goes on as it began, and may have a long way to go: a thousand minipages, one
 * by one, take many times as long as their pages.  So that trials, too, take a
 * tenth of the time, the credit is at least ten times what was left of the
 * loop.
 */
#include "base/config.h"
#include "engine_internal.h"

#define RUN_PAGES    2u  /* in order that tell */
#define SHARE        10u /* of the time that passes is credit: a tenth */
#define CREDIT_FIRST UINT64_C(3000000) /* ns, some hundred faults */
#define PAUSE_FIRST  UINT64_C(20000000)
#define LONGEST      UINT64_C(20000000000) /* of both */
#define GROWTH       4u

enum { NEVER, WHILE_IT_PAYS, ALWAYS }; /* MILLIPAGE_COMPOSE */

static void advise(struct mpg__region *region, uint32_t number,
                   bool is_composed)
{
    if (is_composed)
        mpg__vm_need_composed();
    region->is_composed = is_composed;
    if (mpg__services.composed)
        mpg__services.composed(number, is_composed);
}

bool mpg__advice_at_first(void)
{
    return mpg__config.compose != NEVER;
}

void mpg__advice_add(struct mpg__region *region)
{
    region->advice.credit = region->advice.limit = CREDIT_FIRST;
    if (!mpg__advice_at_first() || !region->composed)
        return;
    mpg__vm_need_composed();
    region->is_composed = true;
}

/* A run of minipages that goes on although it has told already. */
static void note_rest(struct mpg__region *region, uint32_t first)
{
    if (!region->advice.told || first != region->advice.run_at)
        return;
    uint64_t limit = (mpg__now_ns() - region->advice.told) * SHARE;
    if (limit > LONGEST)
        limit = LONGEST;
    if (limit > region->advice.limit)
        region->advice.limit = region->advice.credit = limit;
}

void mpg__advice_run(uint32_t number, uint32_t first, uint32_t next)
{
    struct mpg__region *region = mpg__region_get(number);
    if (!region->composed || mpg__config.compose == NEVER ||
        (next - first) * region->layout.slot_bytes <
            (uint64_t)RUN_PAGES * MPG_PAGE)
        return;
    if (region->is_composed) {
        note_rest(region, first);
        return;
    }
    uint64_t now = mpg__now_ns();
    if (now < region->advice.again)
        return;
    region->advice.credit = region->advice.limit;
    region->advice.since = region->advice.told = now;
    region->advice.run_at = first;
    advise(region, number, true);
}

enum mpg__tale mpg__advice_tale(uint32_t number, uint32_t page,
                                enum mpg__access access, uint32_t here,
                                uint32_t away)
{
    /* What this host never had nobody has taken from it. */
    if (!mpg__region_get(number)->is_composed ||
        mpg__config.compose == ALWAYS || !away ||
        !mpg__composed_has_been(number, page, access))
        return MPG_TALE_NONE;
    return here ? MPG_TALE_DIVIDED : MPG_TALE_RETURNED;
}

static void grow(uint64_t *time, uint64_t first)
{
    uint64_t more = *time ? *time * GROWTH : first;
    *time = more < LONGEST ? more : LONGEST;
}

static void give_up(struct mpg__region *region, enum mpg__tale tale,
                    uint64_t now)
{
    region->advice.again = now;
    if (tale == MPG_TALE_RETURNED) {
        grow(&region->advice.limit, CREDIT_FIRST);
        return;
    }
    grow(&region->advice.pause, PAUSE_FIRST);
    region->advice.again += region->advice.pause;
    region->advice.limit = CREDIT_FIRST;
}

void mpg__advice_took(uint32_t number, enum mpg__tale tale, uint32_t away,
                      uint64_t since)
{
    struct mpg__region *region = mpg__region_get(number);
    if (!region->is_composed)
        return;
    uint64_t now = mpg__now_ns(), cost = now - since;
    if (tale == MPG_TALE_DIVIDED)
        cost *= 1 + away;
    region->advice.told = 0; /* What was left of that loop is over. */
    uint64_t credit =
        region->advice.credit + (now - region->advice.since) / SHARE;
    region->advice.since = now;
    if (credit > region->advice.limit)
        credit = region->advice.limit;
    region->advice.credit = credit > cost ? credit - cost : 0;
    if (region->advice.credit)
        return;
    give_up(region, tale, now);
    advise(region, number, false);
}

/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Asking for what a nest of loops goes through, before it does.
 *
 * The compiler knows first addresses, steps and numbers of iterations
 * (plugin/ir/Foresee.cpp), and says them in front of the loops.  What that
 * means in minipages is found out here.  From the innermost loop outwards: a
 * step that is not much longer than what is used so far makes that longer, as
 * from element to element and from row to row; another one is a *jump*, as from
 * row to row where a loop goes through a few columns.  A gap of less than a
 * page costs at most the page that it lies on.
 *
 * All of it is advice, and may be nonsense: what is said of loops within is
 * only true when they are entered.  So what does not lie in one region is
 * passed over, and whatever is asked for is a minipage that could as well have
 * faulted.
 *
 * Mostly everything is here.  That is seen without the lock: a look that comes
 * too early or too late finds a minipage missing that is here, or the other way
 * round, and either costs what it did before there was a look.
 */
#include "foresee.h"

#include <string.h>

#include "engine_internal.h"

#define GAP_MAX     ((uint64_t)MPG_PAGE) /* between parts that are one */
#define ASKED_BYTES (1u << 20)           /* of one use; it goes on in ahead.c */
/* One that jumps does not: the next loop out comes by the same rows again. */
#define JUMPING_BYTES (16u << 20)
#define SEEN_MAX      4096u /* minipages of one use that are looked at */

/* Regions whose minipages have views of their own are none of this: their loops
 * go by the page (composed.c), or from one view to the next. */
struct place {
    struct mpg__region *region;
    uint32_t number;
    uint64_t offset; /* of the use, in the region */
};

/* A walk over the minipages of a use, as long as it lasts. */
struct walk {
    const struct place *place;
    enum mpg__access access;
    uint32_t seen, missing, missing_max;
    bool asks;
};

void mpg__use_begin(struct mpg__use *use, const void *start, uint64_t bytes,
                    enum mpg__access access)
{
    memset(use, 0, sizeof *use);
    use->first = (uintptr_t)start;
    use->bytes = bytes;
    use->access = access;
    use->is_wrong = !bytes || bytes > mpg__vm.bytes;
}

static void add_jump(struct mpg__use *use, uint64_t step, uint64_t times)
{
    if (use->jumps_count == MPG_USE_JUMPS) {
        use->is_wrong = true;
        return;
    }
    use->jumps[use->jumps_count].step = step;
    use->jumps[use->jumps_count++].times = times;
}

void mpg__use_repeat(struct mpg__use *use, int64_t step, uint64_t times)
{
    uint64_t size = step < 0 ? -(uint64_t)step : (uint64_t)step, way;
    if (__builtin_mul_overflow(size, times, &way) || way > mpg__vm.bytes) {
        use->is_wrong = true;
        return;
    }
    if (!way)
        return;
    if (step < 0) {
        use->first -= way;
        use->is_backward = true;
    }
    if (size <= use->bytes + GAP_MAX)
        use->bytes += way;
    else
        add_jump(use, size, times);
}

/* Where it is; false when it is not wholly in one region.  Those of one view
 * are in the first one, so it takes no division to find them. */
static bool locate(const struct mpg__use *use, struct place *place)
{
    uint64_t at = use->first - (uintptr_t)mpg__vm.views, length = use->bytes;
    for (uint32_t i = 0; i < use->jumps_count; i++)
        length += use->jumps[i].step * use->jumps[i].times;
    if (use->is_wrong || at >= mpg__vm.bytes)
        return false;
    place->region = mpg__region_at(at, &place->number);
    if (!place->region || place->region->layout.views > 1)
        return false;
    place->offset = at - place->region->layout.offset;
    return length <= place->region->bytes - place->offset;
}

static uint32_t slot_of(const struct mpg__region *region, uint64_t offset)
{
    uint64_t size = region->layout.slot_bytes;
    /* By a number that is not known it takes as long as all the rest. */
    return (uint32_t)(size == MPG_PAGE ? offset / MPG_PAGE : offset / size);
}

static void ask(const struct place *place, uint32_t slot,
                enum mpg__access access)
{
    mpg__guard_note(place->number, slot, access);
    mpg__step_copy(MPG_EVENT_WANT, place->number, slot, access);
    mpg__recall_note(place->number, slot, access);
}

/* Returns the minipage where it has had enough, or the one behind. */
__attribute__((no_sanitize("thread"))) static uint32_t
walk_through(struct walk *walk, uint64_t from, uint64_t bytes)
{
    const struct mpg__region *region = walk->place->region;
    uint32_t slot = slot_of(region, from);
    uint32_t end = slot_of(region, from + bytes - 1) + 1;
    if (end > region->layout.slots)
        end = region->layout.slots;
    for (; slot < end; slot++) {
        const struct mpg__copy *copy = &region->copies[slot];
        if (++walk->seen > SEEN_MAX || walk->missing >= walk->missing_max ||
            mpg__engine.requests_open >= MPG_PREFETCH_MAX)
            break;
        if (copy->access >= walk->access || copy->asked)
            continue;
        walk->missing++;
        if (walk->asks)
            ask(walk->place, slot, walk->access);
    }
    return slot;
}

/* A long one goes on as a run whose end is known. */
static void walk_on(const struct mpg__use *use, struct walk *walk)
{
    const struct place *place = walk->place;
    uint32_t end = slot_of(place->region, place->offset + use->bytes - 1) + 1;
    uint32_t next = walk_through(walk, place->offset, use->bytes);
    if (next < end && walk->asks && !use->is_backward)
        mpg__ahead_expect(place->number, next, end, use->access);
}

static uint32_t walk(const struct mpg__use *use, bool asks)
{
    struct place place;
    if (!locate(use, &place))
        return 0;
    uint32_t most =
        slot_of(place.region, use->jumps_count ? JUMPING_BYTES : ASKED_BYTES);
    struct walk walk = {.place = &place,
                        .access = use->access,
                        .missing_max = most ? most : 1,
                        .asks = asks};
    if (!use->jumps_count) {
        walk_on(use, &walk);
        return walk.missing;
    }
    uint64_t outer = use->jumps_count > 1 ? use->jumps[1].times : 0;
    for (uint64_t i = 0; i <= outer && walk.seen <= SEEN_MAX; i++)
        for (uint64_t j = 0; j <= use->jumps[0].times; j++) {
            uint64_t at = i * use->jumps[1].step + j * use->jumps[0].step;
            walk_through(&walk, place.offset + at, use->bytes);
            if (walk.seen > SEEN_MAX)
                break;
        }
    return walk.missing;
}

uint32_t mpg__foresee_count(const struct mpg__use *use)
{
    return walk(use, false);
}

void mpg__foresee_ask(const struct mpg__use *use)
{
    (void)walk(use, true);
}

/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Asking ahead: a thread that faults in one minipage after the other asks for
 * the next ones together with the one that it needs, so that they come in the
 * time of one.  Two signs are believed, and both are about a *run*: faults of
 * one thread, for one kind of access, each at the minipage where the last one
 * left off.  It may go down, too: as a list does to whose front things are
 * added, and a loop that substitutes backwards.
 *
 *   It happened before.  A minipage at which a run went on has credit for a
 *   few times: the next fault in front of it asks for it too.  The border rows
 *   of a stencil are this, as are a neighbour's.  Credit is used up, so that
 *   what is no longer wanted is not asked for for ever; only another fault
 *   there gives new credit.
 *
 *   It is long.  After RUN_LONG faults the run is taken for a stream, and what
 *   is behind it is asked for although it was never seen before, in windows
 *   that grow.  Where they grow no more, the thread receives a few windows
 *   before it goes on, and asks for half a one each time that there is only
 *   half a one to come: so the other host always has something to send.
 *
 * A loop over several arrays makes several runs at once, which a thread tells
 * apart; and comes to minipages of them that are here already, as where it has
 * used the last row of a plane with each of the others: a few of those do not
 * end a run.  A run in the composed view (composed.c) goes from page to page,
 * and whole pages are asked for.
 *
 * Two adjacent minipages that are used at random are rarely a run, so data
 * that hosts share finely do not pay; around.c is about what is no run.  All of
 * this is advice: MILLIPAGE_AHEAD=0 turns it off and changes no result.
 */
#include <string.h>

#include "base/config.h"
#include "engine_internal.h"

#define RUN_LONG     8u /* faults */
#define GROWTH_SHIFT 2u /* of its window with each further fault: fourfold */
#define GROWTHS      4u /* and then it is as long as can be */
/* What one fault asks for beside its own minipage.  Small ones have to be many:
 * each page of them is in as many views, and a change of some pages in each
 * view costs a system call, however few they are. */
#define AHEAD_MAX   4095u
#define AHEAD_BYTES (1u << 20)
#define GO_ON       3u /* times as many while those come, of a long stream */
#define CREDIT      7u /* times */
#define CREDIT_BITS 3  /* for each kind of access, in a region's hints */
/* That a thread may be in at a time.  One too few is as bad as none, since each
 * takes the place of the one that is needed next: a stencil that reads five
 * fields and writes two has seven. */
#define RUNS     16u
#define HERE_MAX 8u /* minipages that a run goes over because they are here */

struct run {
    uint32_t region, first;
    uint32_t next; /* minipage where it goes on; down: the one behind that */
    uint32_t end;  /* behind the last one that it may come to */
    uint32_t faults;
    bool is_down;    /* not in the composed view */
    uint32_t limit;  /* minipages to ask for at a time */
    uint32_t budget; /* and in all, before the next fault */
    enum mpg__access access;
    uint32_t unit; /* a page's minipages, in the composed view; else 1 */
};
/* The one that went on last comes first. */
static __thread struct run runs[RUNS]
    __attribute__((tls_model("initial-exec")));

static unsigned shift_of(enum mpg__access access)
{
    return access == MPG_ACCESS_WRITE ? CREDIT_BITS : 0;
}

static void give_credit(uint8_t *hint, enum mpg__access access, unsigned credit)
{
    *hint = (uint8_t)((*hint & ~(CREDIT << shift_of(access))) |
                      credit << shift_of(access));
}

static bool use_credit(uint8_t *hint, enum mpg__access access)
{
    unsigned credit = *hint >> shift_of(access) & CREDIT;
    if (credit)
        give_credit(hint, access, credit - 1);
    return credit;
}

/* How far a run is trusted beyond what is known. */
static uint32_t window_of(const struct run *run)
{
    if (run->faults < RUN_LONG)
        return 0;
    uint32_t more = run->faults - RUN_LONG;
    if (more >= GROWTHS)
        return run->limit;
    /* With the one that it faults for, a round number. */
    uint32_t window = ((RUN_LONG << more * GROWTH_SHIFT) - 1) * run->unit;
    return window < run->limit ? window : run->limit;
}

static bool is_of(const struct run *run, uint32_t number,
                  enum mpg__access access)
{
    return run->region == number && run->faults && run->access == access;
}

/* Next, or behind a few that had no fault because they are here. */
static bool comes_to(const struct run *run, uint32_t slot)
{
    if (slot < run->next || slot - run->next > HERE_MAX || slot >= run->end)
        return false;
    const struct mpg__copy *copies = mpg__region_get(run->region)->copies;
    uint32_t at = run->next;
    while (at < slot && copies[at].access >= run->access)
        at++;
    return at == slot;
}

/* With a fault at `slot` and those behind it up to `end`. */
static bool goes_on(const struct run *run, uint32_t number, uint32_t slot,
                    uint32_t end, enum mpg__access access)
{
    return is_of(run, number, access) &&
           (run->is_down ? run->next == end : comes_to(run, slot));
}

/* The second fault tells which way. */
static bool turns_down(const struct run *run, uint32_t number, uint32_t end,
                       enum mpg__access access)
{
    return is_of(run, number, access) && run->faults == 1 && run->unit == 1 &&
           run->first == end;
}

/* Which run it is that goes on with this fault, RUNS if it is none.  Of several
 * the longest: a fault in front of a run is a run, too, and would end the one
 * that comes by. */
static uint32_t find(uint32_t number, uint32_t slot, uint32_t end,
                     enum mpg__access access)
{
    uint32_t found = RUNS;
    for (uint32_t at = 0; at < RUNS; at++)
        if (goes_on(&runs[at], number, slot, end, access) &&
            (found == RUNS || runs[at].faults > runs[found].faults))
            found = at;
    return found;
}

bool mpg__ahead_is_likely(uint32_t number, uint32_t slot, uint32_t count,
                          enum mpg__access access)
{
    const struct mpg__region *region = mpg__region_get(number);
    return find(number, slot, slot + count, access) < RUNS ||
           (slot + count < region->layout.slots &&
            (region->hints[slot + count] >> shift_of(access) & CREDIT));
}

/* Moves the run that goes on with this fault to the front; if there is none,
 * a new one takes the place of the one that has stood still the longest. */
static struct run *run_of(uint32_t number, uint32_t slot, uint32_t end,
                          enum mpg__access access)
{
    struct run found = {.region = number,
                        .first = slot,
                        .next = slot,
                        .access = access,
                        .end = UINT32_MAX};
    uint32_t at = find(number, slot, end, access);
    for (uint32_t i = 0; i < RUNS && at == RUNS; i++)
        if (turns_down(&runs[i], number, end, access))
            at = i;
    if (at < RUNS) {
        found = runs[at];
        found.is_down = found.next > slot;
    } else {
        at = RUNS - 1;
    }
    memmove(&runs[1], &runs[0], at * sizeof runs[0]);
    runs[0] = found;
    return &runs[0];
}

/* So many minipages from the next one on; in the composed view, where a part of
 * a page is of no use, as many as end with a page. */
static uint32_t whole(const struct run *run, uint32_t count)
{
    if (run->unit == 1)
        return count;
    uint64_t bytes = mpg__region_get(run->region)->layout.slot_bytes;
    uint64_t end = (run->next + (uint64_t)count) * bytes / MPG_PAGE * MPG_PAGE;
    uint64_t slot = (end + bytes - 1) / bytes;
    return slot > run->next ? (uint32_t)(slot - run->next) : 0;
}

static bool starts_page(uint32_t slot, uint64_t bytes)
{
    return !slot || slot * bytes / MPG_PAGE != (slot - 1) * bytes / MPG_PAGE;
}

static uint32_t next_of(const struct run *run)
{
    return run->next - run->is_down;
}

/* Whether to go on with the next minipage, or page of the composed view: known
 * from before, or not beyond what the run is trusted with. */
static bool may_go_on(const struct run *run, bool is_trusted)
{
    struct mpg__region *region = mpg__region_get(run->region);
    uint32_t next = next_of(run);
    const struct mpg__copy *copy = &region->copies[next];
    if ((copy->access >= run->access && run->unit == 1) ||
        mpg__engine.requests_open + run->unit > MPG_PREFETCH_MAX)
        return false;
    return copy->asked || use_credit(&region->hints[next], run->access) ||
           is_trusted;
}

static void ask_next(const struct run *run)
{
    uint32_t next = next_of(run);
    const struct mpg__copy *copy = mpg__copy_of(run->region, next);
    if (copy->access >= run->access || copy->asked)
        return;
    if (run->unit > 1)
        mpg__composed_hide(run->region, next);
    else
        mpg__composed_show(run->region, next);
    mpg__step_copy(MPG_EVENT_WANT, run->region, next, run->access);
    mpg__recall_note(run->region, next, run->access);
}

static bool is_at_end(const struct run *run)
{
    const struct mpg__layout *layout = &mpg__region_get(run->region)->layout;
    if (run->is_down)
        return !run->next;
    return run->next >= run->end || run->next >= layout->slots;
}

/* Asks for what is next, at most `limit` minipages; beyond `window`, only for
 * those with credit.  In the composed view for whole pages, or there would be
 * faults at what is left of them.  Answers how many it has gone on. */
static uint32_t ask(struct run *run, uint32_t limit, uint32_t window)
{
    const struct mpg__layout *layout = &mpg__region_get(run->region)->layout;
    uint32_t count = 0;
    limit = whole(run, limit);
    for (; !is_at_end(run) && count < limit; count++) {
        bool is_new =
            run->unit == 1 || starts_page(run->next, layout->slot_bytes);
        if (is_new && !may_go_on(run, count < window))
            break;
        ask_next(run);
        run->next += run->is_down ? -1u : 1u;
    }
    return count;
}

bool mpg__ahead(uint32_t number, uint32_t slot, uint32_t count, uint32_t unit,
                enum mpg__access access)
{
    struct mpg__region *region = mpg__region_get(number);
    struct run *run = run_of(number, slot, slot + count, access);
    if ((run->unit > 1) != (unit > 1)) { /* to other views: it begins here */
        run->first = slot;
        run->faults = 0;
        run->is_down = false;
    }
    run->next = run->is_down ? slot : slot + count;
    run->unit = unit;
    if (unit == 1 && !run->is_down)
        mpg__advice_run(number, run->first, run->next);
    bool is_next = run->faults++;
    if (!mpg__config.ahead)
        return is_next;
    give_credit(&region->hints[slot], access, is_next ? CREDIT : 0);

    uint64_t most = AHEAD_BYTES / region->layout.slot_bytes;
    run->limit = most < AHEAD_MAX ? (uint32_t)most : AHEAD_MAX;
    uint32_t window = window_of(run);
    run->budget = window == run->limit ? GO_ON * window : 0;
    ask(run, run->limit, window);
    return is_next;
}

void mpg__ahead_expect(uint32_t number, uint32_t next, uint32_t end,
                       enum mpg__access access)
{
    memmove(&runs[1], &runs[0], (RUNS - 1) * sizeof runs[0]);
    runs[0] = (struct run){.region = number,
                           .first = next,
                           .next = next,
                           .end = end,
                           .faults = RUN_LONG + GROWTHS,
                           .access = access,
                           .unit = 1};
}

void mpg__ahead_end(void)
{
    runs[0].budget = 0;
}

void mpg__ahead_go_on(void)
{
    struct run *run = &runs[0];
    uint32_t half = run->limit / 2;
    if (!run->budget || mpg__engine.requests_open > half)
        return;
    mpg__engine_lock();
    uint32_t count = ask(run, half, half);
    run->budget -= !count || count > run->budget ? run->budget : count;
    mpg__engine_unlock();
}

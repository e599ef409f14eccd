/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Loops that are dealt out while they run: dynamic, guided, runtime, auto, and
 * every loop with an ordered clause.
 *
 * The team's part of such a loop is one of MPG_LOOPS shares of the board, used
 * in turn: all threads meet the same loops in the same order, so a thread
 * knows by counting which share is meant.  Whoever comes first sets it up, if
 * all have done with what was there before.
 *
 * Fetching the share from another host costs as much as a short iteration, so
 * a host takes several chunks at a time, fewer and fewer towards the end, and
 * its threads deal them out among themselves.  Chunks of a thread come in
 * increasing order, as monotonic wants, and a chunk is never split.
 *
 * Ordered: each thread counts the iterations it is in (dispatch_fini ends
 * one); the share's turn says whose turn it is, and goes on by one when the
 * iteration's ordered region ends, or the iteration, if it had none.
 */
#include "dispatch.h"

#include "board.h"

#include "base/fatal.h"
#include "base/mutex.h"
#include "static.h"
#include "team.h"

enum mpg__deal { DEAL_CHUNKS, DEAL_BLOCK, DEAL_DYNAMIC, DEAL_GUIDED };

#define BUSY (UINT64_C(1) << 63)

/* What this host has taken and not dealt out yet. */
static struct bag {
    mpg__mutex lock;
    uint64_t number;
    uint64_t first, end; /* iterations */
} bags[MPG_LOOPS];

static uint64_t number_of(uint32_t index)
{
    return ((uint64_t)mpg__team_regions() << 32 | index) & ~BUSY;
}

static bool may_replace(const struct mpg__loop_share *share, uint64_t had,
                        uint64_t number, uint32_t threads)
{
    if (had & BUSY)
        return false;
    return had >> 32 != number >> 32 || atomic_load(&share->left) == threads;
}

/* The share of the next loop of the region; any thread may be the first. */
struct mpg__loop_share *mpg__share_enter(struct mpg__frame *frame)
{
    uint32_t index = frame->loops++;
    uint64_t number = number_of(index);
    struct mpg__loop_share *share = mpg__board->loops[index % MPG_LOOPS];
    for (unsigned tries = 0;; mpg__pause(tries++)) {
        uint64_t had = atomic_load(&share->number);
        if (had == number)
            return share;
        if (!may_replace(share, had, number, frame->threads) ||
            !atomic_compare_exchange_strong(&share->number, &had,
                                            number | BUSY))
            continue;
        atomic_store(&share->next, 0);
        atomic_store(&share->left, 0);
        atomic_store(&share->done, 0);
        if (atomic_load(share->turn))
            atomic_store(share->turn, 0);
        atomic_store(&share->number, number);
        return share;
    }
}

/* What schedule(runtime) is now. */
static int runtime_schedule(const struct mpg__icv *icv, uint64_t *chunk)
{
    *chunk = icv->chunk > 0 ? (uint64_t)icv->chunk : 0;
    switch (icv->schedule & 0xffff) {
    case 1:
        return *chunk ? MPG_STATIC_CHUNKED : MPG_STATIC;
    case 2:
        return MPG_DYNAMIC;
    case 3:
        return MPG_GUIDED;
    default:
        return MPG_AUTO;
    }
}

static enum mpg__deal deal_of(int schedule)
{
    switch (schedule) {
    case MPG_STATIC_CHUNKED:
        return DEAL_CHUNKS;
    case MPG_STATIC:
    case MPG_AUTO: /* Data stays where it was: nothing is worth more. */
        return DEAL_BLOCK;
    case MPG_DYNAMIC:
        return DEAL_DYNAMIC;
    case MPG_GUIDED:
        return DEAL_GUIDED;
    default:
        mpg__fatal("a loop with schedule %d, which this library does not know",
                   schedule);
    }
}

static void init(int schedule, uint64_t first, uint64_t step, uint64_t trips,
                 int64_t chunk)
{
    struct mpg__frame *frame = mpg__frame_now();
    uint64_t some = chunk < 1 ? 1 : (uint64_t)chunk;
    schedule &= ~MPG_SCHEDULE_MODIFIERS;
    bool is_ordered =
        schedule >= MPG_ORDERED_FIRST && schedule <= MPG_ORDERED_LAST;
    if (is_ordered)
        schedule += MPG_STATIC_CHUNKED - MPG_ORDERED_FIRST;
    if (schedule == MPG_RUNTIME || schedule == MPG_RUNTIME_SIMD)
        schedule = runtime_schedule(&frame->icv, &some);
    frame->loop = (struct mpg__loop){.kind = deal_of(schedule),
                                     .trips = trips,
                                     .chunk = some ? some : 1,
                                     .first = first,
                                     .step = step,
                                     .is_ordered = is_ordered};
    struct mpg__loop *loop = &frame->loop;
    if (loop->kind == DEAL_CHUNKS)
        loop->next = frame->tid * loop->chunk;
    if (frame->threads > 1 && (loop->kind >= DEAL_DYNAMIC || is_ordered))
        loop->share = mpg__share_enter(frame);
    if (loop->share)
        loop->turn = loop->share->turn;
}

/* How many of the iterations from `from` on the host takes. */
static uint64_t helping(const struct mpg__loop *loop, uint64_t from,
                        uint32_t threads)
{
    uint64_t rest = loop->trips - from, some = loop->chunk;
    uint64_t hosts = mpg__team_hosts();
    if (loop->kind == DEAL_GUIDED) {
        uint64_t guided = rest / (2 * (uint64_t)threads);
        some = guided > some ? guided : some;
    } else if (hosts > 1 && !loop->is_ordered) {
        uint64_t chunks = rest / loop->chunk / (8 * hosts);
        some = (chunks ? chunks : 1) * loop->chunk;
    }
    return some < rest ? some : rest;
}

static void fill(struct bag *bag, const struct mpg__loop *loop,
                 uint32_t threads)
{
    uint64_t from = atomic_load(&loop->share->next);
    while (from < loop->trips) {
        uint64_t some = helping(loop, from, threads);
        if (atomic_compare_exchange_strong(&loop->share->next, &from,
                                           from + some)) {
            bag->first = from;
            bag->end = from + some;
            return;
        }
    }
}

static uint64_t least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* The next chunk of a loop that the team deals out. */
static uint64_t take(struct mpg__frame *frame, uint64_t *first)
{
    struct mpg__loop *loop = &frame->loop;
    struct bag *bag = &bags[(frame->loops - 1) % MPG_LOOPS];
    uint64_t number = number_of(frame->loops - 1), count;
    mpg__mutex_lock(&bag->lock);
    if (bag->number != number) {
        bag->number = number;
        bag->first = bag->end = 0;
    }
    if (bag->first == bag->end)
        fill(bag, loop, frame->threads);
    count = bag->end - bag->first;
    if (loop->kind == DEAL_DYNAMIC)
        count = least(count, loop->chunk);
    *first = bag->first;
    bag->first += count;
    mpg__mutex_unlock(&bag->lock);
    return count;
}

/* The next chunk of a loop that is divided beforehand, or that a team of one
 * runs. */
static uint64_t take_own(struct mpg__frame *frame, uint64_t *first)
{
    struct mpg__loop *loop = &frame->loop;
    struct mpg__part part;
    if (loop->next >= loop->trips)
        return 0;
    switch (frame->threads == 1 ? DEAL_BLOCK : loop->kind) {
    case DEAL_CHUNKS:
        *first = loop->next;
        loop->next += frame->threads * loop->chunk;
        return least(loop->chunk, loop->trips - *first);
    default:
        part = mpg__static_block(frame->tid, frame->threads, loop->trips);
        *first = part.first;
        loop->next = loop->trips;
        return part.count;
    }
}

static void leave(struct mpg__frame *frame)
{
    struct mpg__loop *loop = &frame->loop;
    if (loop->share)
        atomic_fetch_add(&loop->share->left, 1);
    loop->share = NULL;
    loop->trips = 0;
}

/* False when there is no more; then the thread has left the loop.  *is_last
 * stays as it was, because the thread with the last iteration comes here once
 * more before it looks at it. */
static bool next(uint64_t *lower, uint64_t *upper, uint64_t *step, int *is_last)
{
    struct mpg__frame *frame = mpg__frame_now();
    struct mpg__loop *loop = &frame->loop;
    uint64_t first = 0, count = 0;
    if (loop->trips)
        count = loop->share && loop->kind >= DEAL_DYNAMIC
                    ? take(frame, &first)
                    : take_own(frame, &first);
    if (!count) {
        leave(frame);
        return false;
    }
    loop->at = first;
    loop->is_passed = false;
    *lower = loop->first + first * loop->step;
    *upper = loop->first + (first + count - 1) * loop->step;
    *step = loop->step;
    if (is_last)
        *is_last = first + count == loop->trips;
    return true;
}

/* Ordered. */

static void wait_for_turn(const struct mpg__loop *loop)
{
    MPG_UNTIL(atomic_load(loop->turn) == loop->at);
}

EXPORTED void __kmpc_ordered(ident_t *loc, int gtid)
{
    (void)loc, (void)gtid;
    const struct mpg__loop *loop = &mpg__frame_now()->loop;
    if (loop->share && loop->is_ordered && !loop->is_passed)
        wait_for_turn(loop);
}

static void pass_on(struct mpg__loop *loop)
{
    mpg__output_flush();
    loop->is_passed = true;
    atomic_store(loop->turn, loop->at + 1);
}

EXPORTED void __kmpc_end_ordered(ident_t *loc, int gtid)
{
    (void)loc, (void)gtid;
    struct mpg__loop *loop = &mpg__frame_now()->loop;
    if (loop->share && loop->is_ordered && !loop->is_passed)
        pass_on(loop);
}

static void end_iteration(void)
{
    struct mpg__loop *loop = &mpg__frame_now()->loop;
    if (loop->share && loop->is_ordered && !loop->is_passed) {
        wait_for_turn(loop);
        pass_on(loop);
    }
    loop->is_passed = false;
    loop->at++;
}

/* The four entries differ in the type of the loop's variable. */
#define DISPATCH(suffix, type, wide)                                           \
    EXPORTED void __kmpc_dispatch_init_##suffix(                               \
        ident_t *loc, int gtid, int schedule, type lower, type upper,          \
        wide step, wide chunk)                                                 \
    {                                                                          \
        (void)loc, (void)gtid;                                                 \
        bool is_empty = step > 0 ? upper < lower : upper > lower;              \
        uint64_t distance = step > 0 ? (uint64_t)upper - (uint64_t)lower       \
                                     : (uint64_t)lower - (uint64_t)upper;      \
        uint64_t size = step > 0 ? (uint64_t)step : -(uint64_t)step;           \
        init(schedule, (uint64_t)lower, (uint64_t)step,                        \
             is_empty ? 0 : distance / size + 1, chunk);                       \
    }                                                                          \
    EXPORTED int __kmpc_dispatch_next_##suffix(ident_t *loc, int gtid,         \
                                               int *is_last, type *lower,      \
                                               type *upper, wide *step)        \
    {                                                                          \
        (void)loc, (void)gtid;                                                 \
        uint64_t from, to, by;                                                 \
        if (!next(&from, &to, &by, is_last))                                   \
            return 0;                                                          \
        *lower = (type)from;                                                   \
        *upper = (type)to;                                                     \
        if (step)                                                              \
            *step = (wide)by;                                                  \
        return 1;                                                              \
    }                                                                          \
    EXPORTED void __kmpc_dispatch_fini_##suffix(ident_t *loc, int gtid)        \
    {                                                                          \
        (void)loc, (void)gtid;                                                 \
        end_iteration();                                                       \
    }

DISPATCH(4, int32_t, int32_t)
DISPATCH(4u, uint32_t, int32_t)
DISPATCH(8, int64_t, int64_t)
DISPATCH(8u, uint64_t, int64_t)

EXPORTED void __kmpc_dispatch_deinit(ident_t *loc, int gtid)
{
    (void)loc, (void)gtid;
}

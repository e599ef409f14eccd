/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Loops that are divided before they begin: which iterations are a thread's is
 * a function of its number, so that the same ones go to the same host each
 * time, and their data stays there.
 */
#include "static.h"

#include "base/fatal.h"
#include "team.h"

struct mpg__part mpg__static_block(uint32_t tid, uint32_t threads,
                                   uint64_t trips)
{
    uint64_t each = trips / threads, more = trips % threads;
    struct mpg__part part = {.first = tid * each + (tid < more ? tid : more),
                             .count = each + (tid < more)};
    part.is_last = part.count && part.first + part.count == trips;
    part.stride = trips;
    return part;
}

struct mpg__part mpg__static_chunks(uint32_t tid, uint32_t threads,
                                    uint64_t trips, uint64_t chunk)
{
    struct mpg__part part = {.first = tid * chunk,
                             .count = chunk,
                             .stride = threads * chunk,
                             .is_last = (trips - 1) / chunk % threads == tid};
    return part;
}

/* One run of whole chunks a thread, for simd. */
static struct mpg__part rounded_block(uint32_t tid, uint32_t threads,
                                      uint64_t trips, uint64_t chunk)
{
    uint64_t span = ((trips + threads - 1) / threads + chunk - 1) / chunk;
    struct mpg__part part = {.first = tid * span * chunk, .stride = trips};
    span *= chunk;
    if (part.first < trips)
        part.count = trips - part.first < span ? trips - part.first : span;
    part.is_last = part.count && part.first + part.count == trips;
    return part;
}

static struct mpg__part divide(int schedule, uint64_t trips, int64_t chunk)
{
    const struct mpg__frame *frame = mpg__frame_now();
    uint64_t some = chunk < 1 ? 1 : (uint64_t)chunk;
    switch (schedule & ~MPG_SCHEDULE_MODIFIERS) {
    case MPG_STATIC_CHUNKED:
        return mpg__static_chunks(frame->tid, frame->threads, trips, some);
    case MPG_STATIC:
        return mpg__static_block(frame->tid, frame->threads, trips);
    case MPG_STATIC_ROUNDED:
        return rounded_block(frame->tid, frame->threads, trips, some);
    case MPG_DISTRIBUTE_CHUNKED:
        if (frame->icv.teams > 1)
            return mpg__static_chunks(frame->icv.team, frame->icv.teams, trips,
                                      some);
        return mpg__static_block(0, 1, trips);
    case MPG_DISTRIBUTE: /* all to the first team: league.c */
        return frame->icv.team ? (struct mpg__part){.stride = trips}
                               : mpg__static_block(0, 1, trips);
    default:
        mpg__fatal("a static loop with schedule %d, which this library does "
                   "not know",
                   schedule);
    }
}

/* The four entries differ in the type of the loop's variable. */
#define STATIC_INIT(suffix, type, wide)                                        \
    EXPORTED void __kmpc_for_static_init_##suffix(                             \
        ident_t *loc, int gtid, int schedule, int *is_last, type *lower,       \
        type *upper, wide *stride, wide step, wide chunk)                      \
    {                                                                          \
        (void)loc, (void)gtid;                                                 \
        bool is_empty = step > 0 ? *upper < *lower : *upper > *lower;          \
        if (is_empty) {                                                        \
            *is_last = 0;                                                      \
            *stride = step;                                                    \
            return;                                                            \
        }                                                                      \
        uint64_t distance = step > 0 ? (uint64_t)*upper - (uint64_t)*lower     \
                                     : (uint64_t)*lower - (uint64_t)*upper;    \
        uint64_t size = step > 0 ? (uint64_t)step : -(uint64_t)step;           \
        struct mpg__part part = divide(schedule, distance / size + 1, chunk);  \
        *is_last = part.is_last;                                               \
        *stride = (wide)((uint64_t)step * part.stride);                        \
        if (!part.count) {                                                     \
            *lower = (type)((uint64_t)*upper + (uint64_t)step);                \
            return;                                                            \
        }                                                                      \
        *lower = (type)((uint64_t)*lower + (uint64_t)step * part.first);       \
        *upper = (type)((uint64_t)*lower + (uint64_t)step * (part.count - 1)); \
    }

STATIC_INIT(4, int32_t, int32_t)
STATIC_INIT(4u, uint32_t, int32_t)
STATIC_INIT(8, int64_t, int64_t)
STATIC_INIT(8u, uint64_t, int64_t)

EXPORTED void __kmpc_for_static_fini(ident_t *loc, int gtid)
{
    (void)loc, (void)gtid;
}

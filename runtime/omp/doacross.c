/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Loops whose iterations wait for earlier ones: ordered(n), depend(sink: ...)
 * and depend(source).
 *
 * A flag for each point of the loops' space, in shared memory, a bit each; the
 * loop takes a share of the board as dispatched loops do, and its flags hang
 * from it.  The last thread to leave frees them.
 */
#include "dispatch.h"

#include <stdlib.h>

#include "base/fatal.h"
#include "board.h"
#include "millipage.h"
#include "team.h"

/* As compiled code has it. */
struct bounds {
    int64_t lower, upper, step;
};

struct mpg__doacross {
    struct mpg__loop_share *share;
    _Atomic uint64_t *flags;
    uint32_t count;
    struct dimension {
        int64_t lower, step;
        uint64_t trips;
    } dimensions[];
};

static uint64_t trips_of(const struct bounds *bounds)
{
    if (bounds->step > 0)
        return bounds->upper < bounds->lower
                   ? 0
                   : ((uint64_t)bounds->upper - (uint64_t)bounds->lower) /
                             (uint64_t)bounds->step +
                         1;
    return bounds->upper > bounds->lower
               ? 0
               : ((uint64_t)bounds->lower - (uint64_t)bounds->upper) /
                         -(uint64_t)bounds->step +
                     1;
}

/* The first thread makes the flags, the others wait for them. */
static _Atomic uint64_t *flags_for(struct mpg__loop_share *share,
                                   uint64_t points)
{
    _Atomic uint64_t *none = NULL, *flags = atomic_load(&share->flags);
    size_t bytes = points / 8 + 8;
    if (flags)
        return flags;
    flags = mpg__board_make(bytes, "the flags of a loop with dependences");
    if (atomic_compare_exchange_strong(&share->flags, &none, flags))
        return flags;
    mpg_free((void *)flags);
    return none;
}

EXPORTED void __kmpc_doacross_init(ident_t *loc, int gtid, int count,
                                   const struct bounds *bounds)
{
    (void)loc, (void)gtid;
    struct mpg__frame *frame = mpg__frame_now();
    uint64_t points = 1;
    if (frame->threads == 1)
        return; /* In order. */
    struct mpg__doacross *doacross =
        malloc(sizeof *doacross + (size_t)count * sizeof *doacross->dimensions);
    if (!doacross)
        mpg__fatal("no memory for a loop with dependences");
    doacross->count = (uint32_t)count;
    for (int i = 0; i < count; i++) {
        struct dimension *dimension = &doacross->dimensions[i];
        dimension->lower = bounds[i].lower;
        dimension->step = bounds[i].step;
        dimension->trips = trips_of(&bounds[i]);
        points *= dimension->trips;
    }
    doacross->share = mpg__share_enter(frame);
    doacross->flags = flags_for(doacross->share, points);
    frame->doacross = doacross;
}

/* False: the point is outside of the loops, so nobody computes it. */
static bool point_of(const struct mpg__doacross *doacross, const int64_t *at,
                     uint64_t *point)
{
    *point = 0;
    for (uint32_t i = 0; i < doacross->count; i++) {
        const struct dimension *dimension = &doacross->dimensions[i];
        int64_t index = (at[i] - dimension->lower) / dimension->step;
        if (index < 0 || (uint64_t)index >= dimension->trips ||
            (at[i] - dimension->lower) % dimension->step)
            return false;
        *point = *point * dimension->trips + (uint64_t)index;
    }
    return true;
}

EXPORTED void __kmpc_doacross_wait(ident_t *loc, int gtid, const int64_t *at)
{
    (void)loc, (void)gtid;
    const struct mpg__doacross *doacross = mpg__frame_now()->doacross;
    uint64_t point;
    if (doacross && point_of(doacross, at, &point))
        MPG_UNTIL(atomic_load(&doacross->flags[point / 64]) >> point % 64 & 1);
}

EXPORTED void __kmpc_doacross_post(ident_t *loc, int gtid, const int64_t *at)
{
    (void)loc, (void)gtid;
    const struct mpg__doacross *doacross = mpg__frame_now()->doacross;
    uint64_t point;
    mpg__output_flush();
    if (doacross && point_of(doacross, at, &point))
        atomic_fetch_or(&doacross->flags[point / 64], UINT64_C(1)
                                                          << point % 64);
}

EXPORTED void __kmpc_doacross_fini(ident_t *loc, int gtid)
{
    (void)loc, (void)gtid;
    struct mpg__frame *frame = mpg__frame_now();
    struct mpg__doacross *doacross = frame->doacross;
    if (!doacross)
        return;
    /* Nobody looks at the flags who has left; the last one does so alone. */
    if (atomic_fetch_add(&doacross->share->done, 1) + 1 == frame->threads) {
        atomic_store(&doacross->share->flags, NULL);
        mpg_free((void *)doacross->flags);
    }
    atomic_fetch_add(&doacross->share->left, 1);
    free(doacross);
    frame->doacross = NULL;
}

/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * taskloop: a task for each run of iterations, copied from the one that
 * compiled code has made, whose bounds it has in itself.
 */
#include <string.h>

#include "millipage/abi.h"
#include "team.h"

enum { BY_LIBRARY, BY_GRAIN, BY_COUNT, BY_EXACT_GRAIN };

#define TASKS_A_THREAD 4u /* when the program does not say */

typedef void duplicate_fn(struct mpg__task_body *to,
                          const struct mpg__task_body *from, int is_last);

struct taskloop {
    struct mpg__task *task;
    size_t lower_at, upper_at; /* in the body */
    uint64_t lower;
    int64_t step;
    duplicate_fn *duplicate;
    bool is_deferred;
};

/* How many tasks the iterations make. */
static uint64_t count_of(uint64_t trips, int how, uint64_t number)
{
    uint64_t count = (uint64_t)mpg__self.frame->threads * TASKS_A_THREAD;
    if (how == BY_GRAIN)
        count = number < trips ? trips / number : 1;
    else if (how == BY_COUNT)
        count = number;
    else if (how == BY_EXACT_GRAIN)
        count = (trips - 1) / number + 1;
    return count < trips ? count : trips;
}

/* How many iterations task i of `count` has. */
static uint64_t share_of(uint64_t trips, int how, uint64_t number, uint64_t i,
                         uint64_t count)
{
    if (how != BY_EXACT_GRAIN)
        return trips / count + (i < trips % count);
    return i + 1 < count ? number : trips - i * number;
}

static void make_one(const struct taskloop *loop, uint64_t first,
                     uint64_t count, bool is_last)
{
    struct mpg__task *task = mpg__task_copy(loop->task);
    uint64_t lower = loop->lower + first * (uint64_t)loop->step;
    uint64_t upper = lower + (count - 1) * (uint64_t)loop->step;
    memcpy((char *)task->body + loop->lower_at, &lower, sizeof lower);
    memcpy((char *)task->body + loop->upper_at, &upper, sizeof upper);
    if (loop->duplicate)
        loop->duplicate(task->body, loop->task->body, is_last);
    if (!loop->is_deferred) {
        mpg__task_run_inline(task);
        return;
    }
    mpg__task_count(task);
    mpg__task_submit(task);
}

void __kmpc_taskgroup(ident_t *, int);
void __kmpc_end_taskgroup(ident_t *, int);

EXPORTED void __kmpc_taskloop(ident_t *loc, int gtid,
                              struct mpg__task_body *body, int is_if,
                              uint64_t *lower, uint64_t *upper, int64_t step,
                              int nogroup, int how, uint64_t number,
                              void *duplicate)
{
    uint64_t from = *lower, to = *upper;
    struct taskloop loop = {.task = mpg__task_of(body),
                            .lower_at = (size_t)((char *)lower - (char *)body),
                            .upper_at = (size_t)((char *)upper - (char *)body),
                            .lower = from,
                            .step = step,
                            .is_deferred = is_if && !mpg__task_is_inline()};
    uint64_t size = step > 0 ? (uint64_t)step : -(uint64_t)step;
    bool is_empty =
        step > 0 ? (int64_t)to<(int64_t)from : (int64_t)to>(int64_t) from;
    memcpy(&loop.duplicate, &duplicate, sizeof duplicate);
    if (how == BY_GRAIN && number & MPG_OMP_GRAIN_STRICT) {
        how = BY_EXACT_GRAIN;
        number &= ~MPG_OMP_GRAIN_STRICT;
    }
    if (!nogroup)
        __kmpc_taskgroup(loc, gtid);
    if (!is_empty) {
        uint64_t trips = (step > 0 ? to - from : from - to) / size + 1;
        uint64_t count = count_of(trips, how, number), first = 0;
        for (uint64_t i = 0; i < count; i++) {
            uint64_t some = share_of(trips, how, number, i, count);
            make_one(&loop, first, some, i + 1 == count);
            first += some;
        }
    }
    if (!nogroup)
        __kmpc_end_taskgroup(loc, gtid);
    mpg__task_drop(loop.task);
}

/* With a strict modifier: exactly the grain, but for the last task. */
EXPORTED void __kmpc_taskloop_5(ident_t *loc, int gtid,
                                struct mpg__task_body *body, int is_if,
                                uint64_t *lower, uint64_t *upper, int64_t step,
                                int nogroup, int how, uint64_t number,
                                int is_strict, void *duplicate)
{
    if (is_strict && how == BY_GRAIN)
        how = BY_EXACT_GRAIN;
    __kmpc_taskloop(loc, gtid, body, is_if, lower, upper, step, nogroup, how,
                    number, duplicate);
}

/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Detached tasks: one is over when it has run and its event was fulfilled.
 *
 * Both set a bit of the task's `event`; whoever is second ends the task.  The
 * event's handle is the task's address, so any thread of any host may fulfil
 * it, a thread that the program has started itself, too.
 *
 * Tasks that are run where they are made are not counted as a rule, and their
 * dependences are met by the order of making, since they are done before
 * anything can wait for them.  A detached one may not be.  So it is counted by
 * its parent and its group, and by the team or, in a team of one, the implicit
 * task (`detached`), for the barrier; and while a parent has such a child, all
 * that its other children depend on is looked up (task_depend.c).  One that has
 * to wait is counted, too.  In a team of one the implicit task has a list of
 * those that may be run then (`ready`): whoever fulfils the event may be
 * another host, and the team's thread runs them when it waits for them.
 */
#include "task.h"

#include "omp.h"
#include "team.h"

enum {
    DETACHED = 1,
    FULFILLED = 2,
    HAS_RUN = 4,
    IS_ALONE = 8, /* counted by the team of one */
};

EXPORTED void *__kmpc_task_allow_completion_event(ident_t *loc, int gtid,
                                                  struct mpg__task_body *body)
{
    (void)loc, (void)gtid;
    struct mpg__task *task = mpg__task_of(body);
    atomic_store(&task->event, DETACHED);
    return task;
}

static struct mpg__task *implicit_of(struct mpg__task *task)
{
    while (task->parent)
        task = task->parent;
    return task;
}

void mpg__event_count_inline(struct mpg__task *task)
{
    if (mpg__self.frame->threads > 1) {
        mpg__task_count(task);
        return;
    }
    atomic_fetch_or(&task->event, atomic_load(&task->event)
                                      ? IS_ALONE
                                      : IS_ALONE | FULFILLED);
    atomic_fetch_add(&task->parent->children, 1);
    if (task->group)
        atomic_fetch_add(&task->group->open, 1);
    atomic_fetch_add(&implicit_of(task)->detached, 1);
}

/* The implicit task is there as long as it waits for this one. */
static void end_alone(struct mpg__task *task)
{
    struct mpg__task *parent = task->parent, *implicit = implicit_of(task);
    if (task->node)
        mpg__node_done(task->node);
    if (task->group)
        atomic_fetch_sub(&task->group->open, 1);
    atomic_fetch_sub(&parent->children, 1);
    mpg__task_drop(task);
    atomic_fetch_sub(&implicit->detached, 1);
}

static void end(struct mpg__task *task, uint32_t event)
{
    if (event & IS_ALONE)
        end_alone(task);
    else
        mpg__task_finish(task);
}

void mpg__event_has_run(struct mpg__task *task)
{
    mpg__output_flush(); /* Whoever ends it does not have it. */
    uint32_t event = atomic_fetch_or(&task->event, HAS_RUN);
    if (event & FULFILLED)
        end(task, event);
}

EXPORTED void omp_fulfill_event(omp_event_handle_t handle)
{
    struct mpg__task *task = (struct mpg__task *)handle;
    mpg__output_flush();
    mpg__frame_now(); /* A thread of the program's may have had none. */
    uint32_t event = atomic_fetch_or(&task->event, FULFILLED);
    if (!(event & HAS_RUN))
        return;
    end(task, event);
    if (!mpg__self.is_of_team)
        mpg__team_look_again();
}

void mpg__event_wait(const struct mpg__task *task)
{
    mpg__output_flush();
    MPG_UNTIL(atomic_load(&task->event) & FULFILLED);
}

/* In a team of one. */

bool mpg__event_is_alone(const struct mpg__task *task)
{
    return atomic_load(&task->event) & IS_ALONE;
}

void mpg__event_make_ready(struct mpg__task *task)
{
    struct mpg__task *_Atomic *list = &implicit_of(task)->ready;
    struct mpg__task *next = atomic_load(list);
    do
        atomic_store(&task->ready, next);
    while (!atomic_compare_exchange_weak(list, &next, task));
}

static bool descends(const struct mpg__task *task, const struct mpg__task *from)
{
    while (task && task != from)
        task = task->parent;
    return task;
}

bool mpg__event_run_ready(void)
{
    struct mpg__task *now = mpg__self.frame->task, *next;
    struct mpg__task *_Atomic *list = &implicit_of(now)->ready;
    bool has_run = false;
    if (!atomic_load(list))
        return false;
    for (struct mpg__task *task = atomic_exchange(list, NULL); task;
         task = next) {
        next = atomic_load(&task->ready);
        if (descends(task, now)) {
            mpg__task_run(task);
            has_run = true;
        } else {
            mpg__event_make_ready(task);
        }
    }
    return has_run;
}

void mpg__event_wait_zero(const _Atomic uint32_t *open)
{
    unsigned tries = 0;
    mpg__output_flush(); /* Others may wait for it, to fulfil an event. */
    while (atomic_load(open))
        if (mpg__event_run_ready())
            tries = 0;
        else
            mpg__pause(tries++);
}

void mpg__event_wait_all(const struct mpg__frame *frame)
{
    if (frame->task && atomic_load(&frame->task->detached))
        mpg__event_wait_zero(&frame->task->detached);
}

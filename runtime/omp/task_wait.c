/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Waiting for tasks: taskwait, taskgroup, taskyield; and running them at
 * barriers (team.c).
 */
#include "board.h"
#include "millipage.h"
#include "team.h"

/* Such a task is under way; for waits alone may be counted by others, too
 * (dynamic.c). */
static __thread bool is_weighing __attribute__((tls_model("initial-exec")));

/* Sent by another host: what it leads to here is to be worth the trouble
 * (task_share.c). */
static void run_foreign(struct mpg__task *task)
{
    uint64_t waited = mpg__waited.ns, start = mpg__now_ns();
    bool was_counting = mpg__waited.is_counting;
    is_weighing = mpg__waited.is_counting = true;
    mpg__task_run(task);
    is_weighing = false;
    mpg__waited.is_counting = was_counting;
    mpg__task_was_foreign(mpg__now_ns() - start, mpg__waited.ns - waited);
}

static bool run_one(const struct mpg__task_want *want)
{
    bool is_foreign;
    struct mpg__task *task = mpg__task_take(want, &is_foreign);
    if (task && is_foreign && !is_weighing)
        run_foreign(task);
    else if (task)
        mpg__task_run(task);
    return task != NULL;
}

bool mpg__tasks_run_one(void)
{
    return run_one(&(struct mpg__task_want){0});
}

void mpg__task_wait_zero(const _Atomic uint32_t *open, struct mpg__group *group)
{
    struct mpg__task_want want = {mpg__self.frame->task, group};
    unsigned tries = 0;
    if (mpg__self.frame->threads == 1 && atomic_load(open))
        mpg__event_wait_zero(open);
    while (atomic_load(open)) {
        if (run_one(&want)) {
            tries = 0;
        } else {
            if (!tries)
                mpg__output_flush(); /* It may take long. */
            mpg__task_ask(&want, tries);
            mpg__pause(tries++);
        }
    }
}

EXPORTED int __kmpc_omp_taskwait(ident_t *loc, int gtid)
{
    (void)loc, (void)gtid;
    struct mpg__frame *frame = mpg__frame_now();
    if (frame->task)
        mpg__task_wait_zero(&frame->task->children, NULL);
    return 0;
}

EXPORTED int __kmpc_omp_taskyield(ident_t *loc, int gtid, int part)
{
    (void)loc, (void)gtid, (void)part;
    struct mpg__frame *frame = mpg__frame_now();
    if (!frame->task || mpg__task_is_inline())
        return 0;
    run_one(&(struct mpg__task_want){.within = frame->task});
    return 0;
}

EXPORTED void __kmpc_taskgroup(ident_t *loc, int gtid)
{
    (void)loc, (void)gtid;
    struct mpg__task *task = mpg__task_now();
    struct mpg__group *group =
        mpg__board_make(sizeof *group, "a group of tasks");
    group->outer = task->inner;
    group->host = mpg__engine.node.self;
    task->inner = group;
}

EXPORTED void __kmpc_end_taskgroup(ident_t *loc, int gtid)
{
    (void)loc, (void)gtid;
    struct mpg__task *task = mpg__task_now();
    struct mpg__group *group = task->inner;
    mpg__task_wait_zero(&group->open, group);
    mpg__task_reductions_end(group);
    task->inner = group->outer;
    mpg_free(group);
}

/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Waiting for tasks: taskwait, taskgroup, taskyield; and running them at
 * barriers (team.c).
 */
#include "board.h"
#include "millipage.h"
#include "team.h"

bool mpg__tasks_run_one(void)
{
    struct mpg__task *task = mpg__task_take(&(struct mpg__task_want){0});
    if (task)
        mpg__task_run(task);
    return task != NULL;
}

void mpg__task_wait_zero(const _Atomic uint32_t *open, struct mpg__group *group)
{
    struct mpg__task_want want = {mpg__self.frame->task, group};
    unsigned tries = 0;
    while (atomic_load(open)) {
        struct mpg__task *task = mpg__task_take(&want);
        if (task) {
            mpg__task_run(task);
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
    if (frame->task && !mpg__task_is_inline())
        mpg__task_wait_zero(&frame->task->children, NULL);
    return 0;
}

EXPORTED int __kmpc_omp_taskyield(ident_t *loc, int gtid, int part)
{
    (void)loc, (void)gtid, (void)part;
    struct mpg__frame *frame = mpg__frame_now();
    if (!frame->task || mpg__task_is_inline())
        return 0;
    struct mpg__task *task =
        mpg__task_take(&(struct mpg__task_want){.within = frame->task});
    if (task)
        mpg__task_run(task);
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

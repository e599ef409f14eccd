/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * The life of a task: made, counted, run, done.
 *
 * Its parent waits for it at taskwait (`children`), its group at the end of
 * taskgroup (`open`), its team at the next barrier (task_count.c counts made
 * and done per host).  A detached one is done when it has run and its event is
 * fulfilled, too (task_event.c).  Its descriptor is freed when it is done and
 * no child needs it as parent any more.
 *
 * An implicit task gets a descriptor only when it makes a task.  A team of one,
 * and a final task, run their tasks where they are made: then nothing has to
 * be counted, and dependences are met by the order of making.
 */
#include "task.h"

#include <string.h>

#include "base/fatal.h"
#include "board.h"
#include "millipage.h"
#include "team.h"

_Static_assert(sizeof(struct mpg__icv) ==
                   sizeof(((struct mpg__task *)NULL)->icv),
               "a task has all of them");

struct mpg__task *mpg__task_of(struct mpg__task_body *body)
{
    return (struct mpg__task *)((char *)body -
                                offsetof(struct mpg__task, body));
}

struct mpg__task *mpg__task_now(void)
{
    struct mpg__frame *frame = mpg__frame_now();
    if (!frame->task) {
        frame->task = mpg__board_make(sizeof *frame->task, "a task");
        atomic_store(&frame->task->users, 1);
    }
    return frame->task;
}

void mpg__task_drop(struct mpg__task *task)
{
    while (task && atomic_fetch_sub(&task->users, 1) == 1) {
        struct mpg__task *parent = task->parent;
        mpg_free(task);
        task = parent;
    }
}

void mpg__task_implicit_end(struct mpg__frame *frame)
{
    if (!frame->task)
        return;
    mpg__event_wait_all(frame);
    mpg__addresses_drop(frame->task->addresses);
    mpg__task_drop(frame->task);
    frame->task = NULL;
}

bool mpg__task_is_inline(void)
{
    const struct mpg__frame *frame = mpg__frame_now();
    return frame->threads == 1 || (frame->task && frame->task->is_final);
}

static struct mpg__task *make(uint64_t bytes)
{
    struct mpg__task *parent = mpg__task_now();
    struct mpg__task *task = mpg_malloc(sizeof *task + bytes);
    if (!task)
        mpg__fatal("no shared memory for a task of %llu bytes: raise "
                   "MILLIPAGE_MEMORY",
                   (unsigned long long)bytes);
    memset(task, 0, sizeof *task);
    task->parent = parent;
    memcpy(task->trail, parent->trail, sizeof task->trail);
    task->host = mpg__engine.node.self;
    task->slot = mpg__self.slot;
    task->group = task->inner = parent->inner;
    task->bytes = bytes;
    task->is_final = parent->is_final;
    memcpy(task->icv, &mpg__self.frame->icv, sizeof task->icv);
    atomic_store(&task->users, 1);
    atomic_fetch_add(&parent->users, 1);
    return task;
}

EXPORTED struct mpg__task_body *
__kmpc_omp_task_alloc(ident_t *loc, int gtid, int flags, size_t body_bytes,
                      size_t shareds_bytes, void *routine)
{
    (void)loc, (void)gtid;
    uint64_t shareds_at = (body_bytes + 15) & ~(uint64_t)15;
    struct mpg__task *task = make(shareds_at + shareds_bytes);
    memset(task->body, 0, body_bytes);
    memcpy(&task->body->routine, &routine, sizeof routine);
    if (flags & MPG_TASK_FINAL)
        task->is_final = 1;
    if (shareds_bytes) {
        task->shareds_at = (uint32_t)shareds_at;
        task->body->shareds = (char *)task->body + shareds_at;
    }
    return task->body;
}

/* target nowait: the host is the only device. */
EXPORTED struct mpg__task_body *
__kmpc_omp_target_task_alloc(ident_t *loc, int gtid, int flags,
                             size_t body_bytes, size_t shareds_bytes,
                             void *routine, int64_t device)
{
    (void)device;
    return __kmpc_omp_task_alloc(loc, gtid, flags, body_bytes, shareds_bytes,
                                 routine);
}

/* affinity(...) is a hint. */
EXPORTED int __kmpc_omp_reg_task_with_affinity(ident_t *loc, int gtid,
                                               struct mpg__task_body *body,
                                               int count, void *list)
{
    (void)loc, (void)gtid, (void)body, (void)count, (void)list;
    return 0;
}

struct mpg__task *mpg__task_copy(const struct mpg__task *task)
{
    struct mpg__task *copy = make(task->bytes);
    memcpy(copy->body, task->body, task->bytes);
    copy->is_final = task->is_final;
    copy->shareds_at = task->shareds_at;
    if (copy->shareds_at)
        copy->body->shareds = (char *)copy->body + copy->shareds_at;
    return copy;
}

void mpg__task_count(struct mpg__task *task)
{
    atomic_fetch_add(&task->parent->children, 1);
    if (task->group)
        atomic_fetch_add(&task->group->open, 1);
    mpg__task_made();
}

/* Between begin and end `task` is what this thread runs. */
static struct mpg__task *begin(struct mpg__task *task, struct mpg__icv *icv)
{
    struct mpg__frame *frame = mpg__frame_now();
    struct mpg__task *before = frame->task;
    *icv = frame->icv;
    memcpy(&frame->icv, task->icv, sizeof frame->icv);
    frame->task = task;
    return before;
}

static void end(struct mpg__task *task, struct mpg__task *before,
                const struct mpg__icv *icv)
{
    mpg__addresses_drop(task->addresses);
    mpg__self.frame->task = before;
    mpg__self.frame->icv = *icv;
}

static void run(struct mpg__task *task)
{
    struct mpg__icv icv;
    struct mpg__task *before = begin(task, &icv);
    task->body->routine((int)mpg__self.frame->tid, task->body);
    end(task, before, &icv);
}

/* What it has printed is to be seen before what others print who have waited
 * for it; on this host that is so anyway.  Tasks that depend on it may be begun
 * wherever the last one that they depend on has run. */
static bool is_awaited_elsewhere(const struct mpg__task *task)
{
    unsigned self = mpg__engine.node.self;
    if (task->host != self || task->node)
        return true;
    if (!task->group)
        return false;
    atomic_fetch_add(&task->group->open, 0); /* By one fault, as below. */
    return task->group->host != self;
}

void mpg__task_finish(struct mpg__task *task)
{
    struct mpg__task *parent = task->parent;
    struct mpg__group *group = task->group;
    if (is_awaited_elsewhere(task))
        mpg__output_flush();
    if (task->node)
        mpg__node_done(task->node);
    if (group)
        atomic_fetch_sub(&group->open, 1);
    atomic_fetch_sub(&parent->children, 1);
    mpg__task_drop(task);
    mpg__task_done(); /* Last: the barrier may be over then. */
}

void mpg__task_run(struct mpg__task *task)
{
    /* It may be another host's: with a write first it comes by one fault. */
    bool is_detached = atomic_fetch_or(&task->event, 0);
    if (task->host != mpg__engine.node.self || task->slot != mpg__self.slot)
        mpg__task_lay_trail(task);
    run(task);
    if (is_detached)
        mpg__event_has_run(task);
    else
        mpg__task_finish(task);
}

void mpg__task_run_inline(struct mpg__task *task)
{
    if (!atomic_load(&task->event)) {
        run(task);
        mpg__task_drop(task);
        return;
    }
    mpg__event_count_inline(task);
    run(task);
    mpg__event_has_run(task);
}

void mpg__task_submit(struct mpg__task *task)
{
    if (mpg__event_is_alone(task))
        mpg__event_make_ready(task);
    else if (!mpg__task_push(task))
        mpg__task_run(task);
}

EXPORTED int __kmpc_omp_task(ident_t *loc, int gtid,
                             struct mpg__task_body *body)
{
    (void)loc, (void)gtid;
    struct mpg__task *task = mpg__task_of(body);
    if (mpg__task_is_inline()) {
        mpg__task_run_inline(task);
    } else {
        mpg__task_count(task);
        mpg__task_submit(task);
    }
    return 0;
}

/* if(0): compiled code calls the task itself, in between these. */

EXPORTED void __kmpc_omp_task_begin_if0(ident_t *loc, int gtid,
                                        struct mpg__task_body *body)
{
    (void)loc, (void)gtid;
    struct mpg__task *task = mpg__task_of(body);
    struct mpg__icv icv;
    begin(task, &icv);
    memcpy(task->icv, &icv, sizeof icv); /* Back at the end. */
}

EXPORTED void __kmpc_omp_task_complete_if0(ident_t *loc, int gtid,
                                           struct mpg__task_body *body)
{
    (void)loc, (void)gtid;
    struct mpg__task *task = mpg__task_of(body);
    struct mpg__icv icv;
    memcpy(&icv, task->icv, sizeof icv);
    end(task, task->parent, &icv);
    if (atomic_load(&task->event))
        mpg__event_wait(task);
    mpg__task_drop(task);
}

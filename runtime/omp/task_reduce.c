/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * task_reduction and in_reduction: each thread that takes part has a copy of
 * its own of each variable, made when one of its tasks first asks; the end of
 * the group combines them, in the order of the threads.
 *
 * A reduction(task, ...) of a region or loop: what its threads reduce is
 * another variable for each, with an ordinary reduction in the end.  Before
 * that each thread is in a group of its own, which reduces to that variable
 * what the tasks that it has led to bring.
 */
#include <string.h>

#include "base/fatal.h"
#include "board.h"
#include "millipage.h"
#include "team.h"

/* As compiled code has it. */
struct input {
    void *shared, *original;
    size_t bytes;
    void (*init)(void *copy, void *original);
    void (*finish)(void *copy);
    void (*combine)(void *into, void *copy);
    uint32_t flags;
};

struct mpg__task_reduction {
    struct input of;
    void *_Atomic *copies; /* one a thread, NULL until it has one */
};

EXPORTED void *__kmpc_taskred_init(int gtid, int count,
                                   const struct input *inputs)
{
    (void)gtid;
    const char *what = "a reduction of tasks";
    struct mpg__group *group = mpg__task_now()->inner;
    uint32_t threads = mpg__self.frame->threads;
    group->reductions =
        mpg__board_make((size_t)count * sizeof *group->reductions, what);
    group->reductions_count = (uint32_t)count;
    for (int i = 0; i < count; i++) {
        group->reductions[i].of = inputs[i];
        group->reductions[i].copies =
            mpg__board_make(threads * sizeof(void *), what);
    }
    return group;
}

void __kmpc_taskgroup(ident_t *, int);
void __kmpc_end_taskgroup(ident_t *, int);

EXPORTED void *__kmpc_taskred_modifier_init(ident_t *loc, int gtid, int is_loop,
                                            int count,
                                            const struct input *inputs)
{
    (void)is_loop;
    __kmpc_taskgroup(loc, gtid);
    return __kmpc_taskred_init(gtid, count, inputs);
}

EXPORTED void __kmpc_task_reduction_modifier_fini(ident_t *loc, int gtid,
                                                  int is_loop)
{
    (void)is_loop;
    __kmpc_end_taskgroup(loc, gtid);
}

static bool is_copy(const struct mpg__task_reduction *reduction,
                    const void *data)
{
    for (uint32_t i = 0; i < mpg__self.frame->threads; i++)
        if (atomic_load(&reduction->copies[i]) == data)
            return true;
    return false;
}

/* `data` may itself be a copy: of the task that made this one. */
static struct mpg__task_reduction *find(const struct mpg__group *group,
                                        const void *data)
{
    for (; group; group = group->outer)
        for (uint32_t i = 0; i < group->reductions_count; i++) {
            struct mpg__task_reduction *each = &group->reductions[i];
            if (each->of.shared == data || is_copy(each, data))
                return each;
        }
    mpg__fatal("in_reduction: no group of tasks reduces the variable at %p",
               data);
}

EXPORTED void *__kmpc_task_reduction_get_th_data(int gtid, void *group,
                                                 void *data)
{
    (void)gtid;
    struct mpg__task_reduction *reduction =
        find(group ? group : mpg__task_now()->inner, data);
    void *_Atomic *place = &reduction->copies[mpg__self.frame->tid];
    void *copy = atomic_load(place);
    if (copy)
        return copy;
    copy = mpg__board_make(reduction->of.bytes, "a reduction of tasks");
    if (reduction->of.init)
        reduction->of.init(copy, reduction->of.original);
    atomic_store(place, copy);
    return copy;
}

void mpg__task_reductions_end(struct mpg__group *group)
{
    uint32_t threads = mpg__self.frame->threads;
    for (uint32_t i = 0; i < group->reductions_count; i++) {
        struct mpg__task_reduction *each = &group->reductions[i];
        for (uint32_t tid = 0; tid < threads; tid++) {
            void *copy = atomic_load(&each->copies[tid]);
            if (!copy)
                continue;
            each->of.combine(each->of.shared, copy);
            if (each->of.finish)
                each->of.finish(copy);
            mpg_free(copy);
        }
        mpg_free((void *)each->copies);
    }
    mpg_free(group->reductions);
}

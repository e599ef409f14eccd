/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Explicit tasks.  A task's descriptor is in shared memory, with the block that
 * compiled code fills behind it, so that any thread of any host may run it.
 */
#ifndef MPG_OMP_TASK_H
#define MPG_OMP_TASK_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mpg__frame;
struct mpg__task_host;

/* As compiled code has it; what the task captured follows. */
struct mpg__task_body {
    void *shareds;
    int (*routine)(int gtid, struct mpg__task_body *);
    int part;
    union {
        int priority;
        void (*destructors)(int, struct mpg__task_body *);
    } data1, data2;
};

/* Flags of compiled code. */
enum { MPG_TASK_TIED = 1, MPG_TASK_FINAL = 2 };

struct mpg__group {
    struct mpg__group *outer;
    _Atomic uint32_t open; /* tasks of it that are not done */
    uint32_t reductions_count;
    struct mpg__task_reduction *reductions; /* task_reduce.c */
};

struct mpg__task {
    struct mpg__task *parent;
    struct mpg__group *group;         /* that it is counted in, or NULL */
    struct mpg__group *inner;         /* that its children will be counted in */
    _Atomic uint32_t children;        /* that are not done */
    _Atomic uint32_t users;           /* itself and its children: freed at 0 */
    uint32_t level;                   /* its parent's plus 1 */
    uint32_t is_final;                /* all its children are run at once */
    uint64_t bytes;                   /* of the body and what it shares */
    uint32_t shareds_at;              /* offset in the body, 0: none */
    uint32_t is_to_go_on;             /* untied: its next part is to be run */
    uint32_t icv[5];                  /* struct mpg__icv */
    struct mpg__task_node *node;      /* with dependences: task_depend.c */
    struct mpg__addresses *addresses; /* of its children's; private to the
                                         host where it runs */
    _Alignas(16) struct mpg__task_body body[];
};

/* task.c */
void mpg__task_implicit_end(struct mpg__frame *);
struct mpg__task *mpg__task_now(void); /* explicit or implicit */
struct mpg__task *mpg__task_of(struct mpg__task_body *);
struct mpg__task *mpg__task_copy(const struct mpg__task *);
/* Counts it as begun: its parent, group and team wait for it. */
void mpg__task_count(struct mpg__task *);
void mpg__task_run(struct mpg__task *);        /* one that was counted */
void mpg__task_run_inline(struct mpg__task *); /* one that was not */
void mpg__task_drop(struct mpg__task *);
/* Whether tasks are to be run where they are made. */
bool mpg__task_is_inline(void);
/* Runs it some time, perhaps at once. */
void mpg__task_submit(struct mpg__task *);

/* task_queue.c */
struct mpg__task_host *mpg__task_host_make(void);
bool mpg__task_push(struct mpg__task *); /* false: full */
/* A task that may be run inside `within` (NULL: any), or NULL. */
struct mpg__task *mpg__task_take(const struct mpg__task *within);
void mpg__task_made(void);
void mpg__task_done(void);

/* task_wait.c: runs tasks until the counter is 0. */
void mpg__task_wait_zero(const _Atomic uint32_t *);

/* task_depend.c */
void mpg__node_done(struct mpg__task_node *);
void mpg__addresses_drop(struct mpg__addresses *);

/* task_reduce.c */
void mpg__task_reductions_end(struct mpg__group *);

#endif

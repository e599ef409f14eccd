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

#include "omp.h"

struct mpg__frame;
struct mpg__task_counts;

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
    uint32_t host;         /* where its end is waited for */
    uint32_t reductions_count;
    struct mpg__task_reduction *reductions; /* task_reduce.c */
};

/* A thread that waits inside a task waits for a child of it that another thread
 * has begun, and may run what descends from that.  So of a task's ancestors
 * those matter whose child was begun by another thread than has made it.  A
 * task has these in a list, the latest first and the first of all last. */
#define MPG_TASK_TRAIL 3u

struct mpg__task {
    struct mpg__task *parent;
    struct mpg__task *trail[MPG_TASK_TRAIL];
    struct mpg__group *group;         /* that it is counted in, or NULL */
    struct mpg__group *inner;         /* that its children will be counted in */
    _Atomic uint32_t children;        /* that are not done */
    _Atomic uint32_t users;           /* itself and its children: freed at 0 */
    uint32_t host, slot;              /* of the thread that has made it */
    uint32_t is_final;                /* all its children are run at once */
    uint64_t bytes;                   /* of the body and what it shares */
    uint32_t shareds_at;              /* offset in the body, 0: none */
    _Atomic uint32_t event;           /* of a detached one: task_event.c */
    _Atomic uint32_t detached;        /* of a team of one's implicit task:
                                         those whose event is to come */
    uint64_t icv[5];                  /* struct mpg__icv */
    struct mpg__task_node *node;      /* with dependences: task_depend.c */
    struct mpg__task *_Atomic ready;  /* in a team of one: task_event.c */
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
void mpg__task_finish(struct mpg__task *);     /* one that was counted is over
                                                */
void mpg__task_drop(struct mpg__task *);
/* Whether tasks are to be run where they are made. */
bool mpg__task_is_inline(void);
/* Runs it some time, perhaps at once. */
void mpg__task_submit(struct mpg__task *);

/* A task that waits to be run, and what tells whether somebody may run it: to
 * be read where no shared memory may be. */
struct mpg__task_entry {
    struct mpg__task *task;
    struct mpg__group *group;
    struct mpg__task *parent, *trail[MPG_TASK_TRAIL];
};

/* What a thread may run: descendants of a task, NULL: anything; of them it
 * waits for those of the group, NULL: for the children. */
struct mpg__task_want {
    struct mpg__task *within;
    struct mpg__group *group;
};
bool mpg__task_is_wanted(const struct mpg__task_entry *,
                         const struct mpg__task_want *);
/* Another thread than has made it begins it. */
void mpg__task_lay_trail(struct mpg__task *);

/* task_queue.c: the queues of this host. */
bool mpg__task_push(struct mpg__task *); /* false: full */
/* A task that may be run, or NULL; and whether another host has sent it. */
struct mpg__task *mpg__task_take(const struct mpg__task_want *,
                                 bool *is_foreign);
bool mpg__task_is_any(void); /* in a queue */
/* For task_share.c, under the engine's lock.  Takes out at most `most`; which
 * is 0, too, where a thread was in the way, that will come to
 * mpg__task_offer. */
unsigned mpg__task_give(const struct mpg__task_want *, struct mpg__task_entry *,
                        unsigned most);
/* The next thread that comes to a queue is to look after those that ask. */
void mpg__task_in_the_way(void);
bool mpg__task_put(const struct mpg__task_entry *, unsigned count); /* false:
                                                                       full */

/* task_share.c: what hosts have of each other's tasks. */
/* This thread has pushed it (NULL: has held up mpg__task_give). */
void mpg__task_offer(const struct mpg__task_entry *);
/* This thread has found nothing, for the `tries`-th time in a row. */
void mpg__task_ask(const struct mpg__task_want *, unsigned tries);
/* This thread has run what another host has sent, and all that it led to, in
 * `took` of which it waited for `waited`. */
void mpg__task_was_foreign(uint64_t took, uint64_t waited);
/* Under the engine's lock: another round of the team has begun. */
void mpg__task_share_round(uint32_t round);

/* task_count.c: what was made and done. */
struct mpg__task_counts *mpg__task_counts_make(void); /* a host's */
void mpg__task_made(void);
void mpg__task_done(void);
void mpg__task_counts_settle(void); /* This thread has nothing to do. */

/* task_wait.c: runs tasks until the counter is 0, of the group or, NULL, of
 * what this thread runs. */
void mpg__task_wait_zero(const _Atomic uint32_t *, struct mpg__group *);

/* task_event.c: detached tasks, whose `event` is not 0. */

/* It, or what depends on such a task, is to be run where it is made. */
void mpg__event_count_inline(struct mpg__task *);
/* It has run; is over, if its event was fulfilled. */
void mpg__event_has_run(struct mpg__task *);
/* It has run, and was not to be deferred: waits for the event. */
void mpg__event_wait(const struct mpg__task *);
/* In a team of one: whether it is of one; its turn has come; runs those whose
 * turn has and that descend from the current task; and waits for them. */
bool mpg__event_is_alone(const struct mpg__task *);
void mpg__event_make_ready(struct mpg__task *);
bool mpg__event_run_ready(void);
void mpg__event_wait_zero(const _Atomic uint32_t *);
void mpg__event_wait_all(const struct mpg__frame *);

/* task_depend.c */
void mpg__node_done(struct mpg__task_node *);
void mpg__addresses_drop(struct mpg__addresses *);
void mpg__task_wait_objects(int count, const omp_depend_t *);

/* task_reduce.c */
void mpg__task_reductions_end(struct mpg__group *);

#endif

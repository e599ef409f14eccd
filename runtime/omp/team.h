/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * What the files of this folder know of each other: control variables, a
 * thread's view of the regions it is in, and the team across hosts.
 */
#ifndef MPG_OMP_TEAM_H
#define MPG_OMP_TEAM_H

#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "engine/engine.h"
#include "task.h"

#define EXPORTED __attribute__((visibility("default")))

/* What compiled code calls is declared by the compiler alone. */
#pragma GCC diagnostic ignored "-Wmissing-prototypes"

/* The source position that compiled code hands to each entry; unused. */
typedef struct ident ident_t;

/* Internal control variables, as a task has them; they travel with a region's
 * start. */
struct mpg__icv {
    uint32_t threads;  /* of the next region, all hosts together */
    uint32_t schedule; /* of schedule(runtime): an omp_sched_t */
    int32_t chunk;
    uint32_t max_levels;
    uint16_t is_dynamic;
    uint16_t shows_affinity; /* OMP_DISPLAY_AFFINITY */
    uint32_t limit;          /* of threads in a region */
    uint32_t team, teams;    /* of the league, if there is one; else 0 */
    uint64_t allocator;      /* the default one */
};

/* A loop that is dealt out while it runs, as one thread sees it: dispatch.c. */
struct mpg__loop {
    struct mpg__loop_share *share; /* the team's part; NULL: a team of one */
    _Atomic uint64_t *turn;        /* of the share, if ordered */
    uint64_t trips, chunk;         /* iterations in all, and at a time */
    uint64_t first, step;          /* value of iteration 0, and onwards */
    uint64_t next;   /* the iteration after those dealt, if statically */
    uint64_t at;     /* ordered: the iteration under way */
    uint32_t kind;   /* enum mpg__deal */
    bool is_ordered; /* has an ordered clause */
    bool is_passed;  /* the turn after `at` is given already */
    bool is_wide;    /* 8 bytes */
};

/* One region, as one of its threads sees it.  Frames are a stack: a nested
 * region is a team of one with a frame of its own. */
struct mpg__frame {
    struct mpg__frame *outer;
    uint32_t tid, threads;
    uint32_t level, active_level;
    uint32_t pushed; /* by num_threads, for the region about to start; or 0 */
    uint32_t pushed_teams; /* by num_teams, for the league about to; or 0 */
    uint32_t pushed_limit; /* by thread_limit, for the teams about to; or 0 */
    uint32_t loops; /* dispatched loops met so far: which share is next */
    struct mpg__icv icv;
    struct mpg__loop loop;
    struct mpg__doacross *doacross;
    struct mpg__task *task; /* the one that the thread runs */
};

struct mpg__thread {
    struct mpg__frame *frame;
    uint32_t slot;   /* 0: the host's main thread; else of its pool */
    bool is_of_team; /* main or of the pool; else a thread of the program's */
    bool has_had_tasks;                 /* made or run, and not settled yet */
    struct mpg__private_copies *copies; /* threadprivate.c */
};

extern __thread struct mpg__thread mpg__self
    __attribute__((tls_model("initial-exec")));

/* This thread's innermost region; level 0 is outside of all. */
struct mpg__frame *mpg__frame_first(void);
static inline struct mpg__frame *mpg__frame_now(void)
{
    return mpg__self.frame ? mpg__self.frame : mpg__frame_first();
}

/* What all hosts get to know when a region begins, as it travels. */
#define MPG_START_ARGUMENTS 23u /* more go by shared memory */
struct mpg__start {
    void (*microtask)(void);
    struct mpg__board *board;
    uint32_t threads, count;
    uint32_t hosts; /* that they are dealt to: host 0 alone, or all */
    struct mpg__icv icv;
    void *arguments[MPG_START_ARGUMENTS]; /* or one pointer to them all */
};
_Static_assert(sizeof(struct mpg__start) <= MPG_MESSAGE_SMALL_MAX, "it fits");

#define MPG_MICROTASK_ARGUMENTS 256u /* variables that a region may share */

/* What Clang makes of a region's body; the numbers of the thread come first. */
typedef void microtask_fn(int *, int *, ...);

/* fork.c: what compiled code hands over with a microtask, and calling it. */
void mpg__microtask_arguments(int count, void **arguments, va_list);
void mpg__microtask_call(void (*microtask)(void), uint32_t tid, uint32_t count,
                         void *const *arguments);

/* team.c. */

/* Host 0: begins a region on all hosts.  The caller is its thread 0. */
void mpg__team_start(const struct mpg__start *);
/* Waits for a region beyond *seen and says which is the latest.  Returns
 * whether the thread at `slot` of this host is in it. */
bool mpg__team_next(uint32_t slot, uint32_t *seen, struct mpg__start *start,
                    uint32_t *tid);
/* Threads of this host in the region now, and the number of the first. */
uint32_t mpg__team_here(uint32_t *first);
uint32_t mpg__team_threads(void); /* of the region now */
uint32_t mpg__team_hosts(void);   /* that have some of them */
uint32_t mpg__team_regions(void);

/* Waits until all threads of the region are here and all tasks are done.
 * `value` of thread 0 is what every thread gets.  `place`: where in the program
 * the barrier is, or anything else that tells it from others (recall.c). */
uint64_t mpg__team_barrier(uintptr_t place, uint64_t value);
#define MPG_PLACE ((uintptr_t)__builtin_return_address(0)) /* of the caller */
/* The end of a region.  Thread 0 waits for all; the others go on waiting until
 * the next region begins. */
void mpg__team_join(void);

/* Under the engine's lock: wakes the threads at the barrier to look for tasks.
 */
void mpg__team_wake(void);
/* A thread that is not of the team has ended a task of it, perhaps the last. */
void mpg__team_look_again(void);

/* Tasks at barriers: task_wait.c, task_queue.c, task_count.c. */

/* Runs a task if there is one that this thread may run. */
bool mpg__tasks_run_one(void);
/* Whether it is worth looking: tasks were made here, or news of them came. */
extern _Atomic bool mpg__tasks_maybe;
/* The thread has found none and will sleep.  False: there are some after all.
 */
bool mpg__tasks_rest(void);
void mpg__tasks_arrive(void); /* The thread is about to be at a barrier. */
/* Host 0: all that were made are done.  *made: how many. */
bool mpg__tasks_are_done(uint64_t *made);
uint64_t mpg__tasks_made_here(void);

/* output.c: what this host has printed is to be seen before what others print
 * after they hear of it.  Called before every release. */
void mpg__output_flush(void);
/* There is something to flush.  May be asked anywhere. */
bool mpg__output_is_waiting(void);

/* Messages, under the engine's lock: NULL or what is wrong. */
const char *mpg__team_deliver(const struct mpg__message *, const void *payload);
const char *mpg__task_deliver(const struct mpg__message *, const void *payload);
const char *mpg__reduce_deliver(const struct mpg__message *);
const char *mpg__leave_deliver(const struct mpg__message *, const void *);

/* Locks of the job that are no mpg_lock's: of each kind, by address. */
enum mpg__lock_kind { MPG_LOCK_CRITICAL = 1, MPG_LOCK_OMP, MPG_LOCK_ATOMIC };
void mpg__omp_lock(enum mpg__lock_kind, const void *address);
void mpg__omp_unlock(enum mpg__lock_kind, const void *address);
/* This thread's number over all hosts, never 0. */
long mpg__omp_this_thread(void);

/* icv.c: the initial values, from OMP_* and the number of hosts. */
void mpg__icv_read(struct mpg__icv *);
extern uint64_t mpg__omp_stack_bytes; /* of a thread's stack, 0: as usual */

/* For loops that look at shared memory until it changes. */
#define MPG_UNTIL(condition)                                                   \
    for (unsigned mpg__tries = 0; !(condition); mpg__pause(mpg__tries++))

#endif

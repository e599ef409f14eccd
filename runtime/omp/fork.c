/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Parallel regions: who runs them, and with what.
 *
 * A region is a function of the program (the microtask) that Clang has made of
 * its body, and pointers to what it shares.  The main thread of host 0 hands
 * both to all hosts (team.c); every thread calls it.  Where the program leaves
 * it to us, that may be host 0 alone (dynamic.c).  All other encounters, of
 * a nested region, or in a thread that the program has started itself, are
 * teams of one.
 *
 * A host's threads are its main thread and a pool, which grows to what the
 * largest region so far wanted and never shrinks.
 */
#include <ffi.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "api/init.h"
#include "base/fatal.h"
#include "board.h"
#include "dynamic.h"
#include "heap.h"
#include "icv.h"
#include "leave.h"
#include "millipage.h"
#include "millipage/abi.h"
#include "private.h"
#include "stack.h"
#include "team.h"

__thread struct mpg__thread mpg__self;

static uint32_t pool_count =
    1;               /* threads of this host, its main one included */
static bool is_open; /* regions may begin: all hosts are in main */

/* Frames. */

struct mpg__frame *mpg__frame_first(void)
{
    struct mpg__frame *frame = calloc(1, sizeof *frame);
    if (!frame)
        mpg__fatal("no memory for the state of a thread");
    frame->threads = 1;
    mpg__icv_read(&frame->icv);
    mpg__self.frame = frame;
    return frame;
}

static void frame_enter(struct mpg__frame *frame, const struct mpg__icv *icv,
                        uint32_t tid, uint32_t threads)
{
    struct mpg__frame *outer = mpg__frame_now();
    memset(frame, 0, sizeof *frame);
    frame->outer = outer;
    frame->tid = tid;
    frame->threads = threads;
    frame->level = outer->level + 1;
    frame->active_level = outer->active_level + (threads > 1);
    frame->icv = *icv;
    mpg__self.frame = frame;
}

static void frame_leave(struct mpg__frame *frame)
{
    mpg__task_implicit_end(frame);
    mpg__self.frame = frame->outer;
}

/* Calling a microtask: (int *gtid, int *tid_of_the_outer, void *...). */

void mpg__microtask_call(void (*microtask)(void), uint32_t tid, uint32_t count,
                         void *const *arguments)
{
    ffi_cif cif;
    ffi_type *types[MPG_MICROTASK_ARGUMENTS + 2];
    void *values[MPG_MICROTASK_ARGUMENTS + 2];
    ffi_arg result;
    int gtid = (int)tid, bound = 0;
    int *gtid_at = &gtid, *bound_at = &bound;
    values[0] = &gtid_at;
    values[1] = &bound_at;
    for (uint32_t i = 0; i < count; i++)
        memcpy(&values[i + 2], &(void *const *){&arguments[i]}, sizeof(void *));
    for (uint32_t i = 0; i < count + 2; i++)
        types[i] = &ffi_type_pointer;
    if (ffi_prep_cif(&cif, FFI_DEFAULT_ABI, count + 2, &ffi_type_void, types) !=
        FFI_OK)
        mpg__fatal("libffi cannot prepare a call of %u arguments", count);
    ffi_call(&cif, microtask, &result, values);
}

void mpg__microtask_arguments(int count, void **arguments, va_list list)
{
    if ((uint32_t)count > MPG_MICROTASK_ARGUMENTS)
        mpg__fatal("a region shares %d variables; at most %u can be", count,
                   MPG_MICROTASK_ARGUMENTS);
    for (int i = 0; i < count; i++)
        arguments[i] = va_arg(list, void *);
}

/* One thread's part of a region over all hosts. */
static void take_part(const struct mpg__start *start, uint32_t tid)
{
    struct mpg__frame frame;
    void *const *arguments = start->count > MPG_START_ARGUMENTS
                                 ? start->arguments[0]
                                 : start->arguments;
    mpg__board = start->board;
    frame_enter(&frame, &start->icv, tid, start->threads);
    if (start->icv.shows_affinity)
        mpg__omp_affinity_show(start->threads);
    mpg__microtask_call(start->microtask, tid, start->count, arguments);
    mpg__team_join();
    frame_leave(&frame);
}

/* The pool. */

struct newcomer {
    uint32_t slot, seen;
};

static void *work(void *argument)
{
    struct newcomer *newcomer = argument;
    struct mpg__start start;
    uint32_t slot = newcomer->slot, seen = newcomer->seen, tid;
    free(newcomer);
    mpg__self.slot = slot;
    mpg__self.is_of_team = true;
    for (;;)
        if (mpg__team_next(slot, &seen, &start, &tid))
            take_part(&start, tid);
    return NULL;
}

static void add_thread(uint32_t slot, uint32_t seen)
{
    pthread_t thread;
    pthread_attr_t attributes;
    struct newcomer *newcomer = malloc(sizeof *newcomer);
    if (!newcomer)
        mpg__fatal("no memory for thread %u of this host", slot);
    *newcomer = (struct newcomer){slot, seen};
    int error = pthread_attr_init(&attributes);
    if (!error && mpg__omp_stack_bytes)
        error = pthread_attr_setstacksize(&attributes, mpg__omp_stack_bytes);
    if (!error)
        error = pthread_create(
            &thread, mpg__omp_stack_bytes ? &attributes : NULL, work, newcomer);
    if (error)
        mpg__fatal("cannot start thread %u of this host: %s", slot,
                   strerror(error));
    pthread_attr_destroy(&attributes);
    pthread_detach(thread);
}

/* Newcomers find the region that has just begun. */
static void grow_pool(void)
{
    uint32_t first, regions = mpg__team_regions();
    uint32_t wanted = mpg__team_here(&first);
    if (pool_count < wanted) {
        mpg__wait_threads(wanted);
        mpg__omp_stack_team(mpg__team_threads());
    }
    for (; pool_count < wanted; pool_count++)
        add_thread(pool_count, regions - 1);
}

/* Main on hosts other than 0: until the program ends, which leave.c sees to. */
static int serve(int count, char **arguments, char **environment)
{
    struct mpg__start start;
    uint32_t seen = 0, tid;
    (void)count, (void)arguments, (void)environment;
    for (;;) {
        bool is_in = mpg__team_next(0, &seen, &start, &tid);
        grow_pool();
        if (is_in)
            take_part(&start, tid);
    }
    return 0;
}

static mpg__main_fn *the_main;

static int run_main(int count, char **arguments, char **environment)
{
    return the_main(count, mpg__omp_arguments(count, arguments), environment);
}

static mpg__main_fn *main_for_host(mpg__main_fn *its_main)
{
    the_main = its_main;
    mpg__omp_stack_enter();
    mpg__self.is_of_team = true;
    mpg__leave_start();
    is_open = true;
    if (!mpg__engine.node.self && mpg__omp_wants_display())
        mpg__omp_display();
    return mpg__engine.node.self ? serve : run_main;
}

EXPORTED void mpg__omp_program(void)
{
    static bool is_known;
    if (is_known)
        return;
    is_known = true;
    mpg__omp_private_start();
    mpg__omp_stack_start();
    mpg__services.team = mpg__team_deliver;
    mpg__services.alarm = mpg__team_wake;
    mpg__main_for_host = main_for_host;
    mpg__before_finish = mpg__leave_finish;
}

EXPORTED int mpg__omp_is_first(void)
{
    return !mpg__engine.node.self;
}

/* What compiled code calls. */

static void run_alone(const struct mpg__icv *icv, microtask_fn *microtask,
                      uint32_t count, void *const *arguments)
{
    struct mpg__frame frame;
    uint32_t tid = mpg__frame_now()->tid;
    frame_enter(&frame, icv, 0, 1);
    mpg__microtask_call((void (*)(void))microtask, tid, count, arguments);
    frame_leave(&frame);
}

/* Of these threads, dealt to so many hosts. */
static void run_on(uint32_t hosts, const struct mpg__icv *icv, uint32_t threads,
                   microtask_fn *microtask, uint32_t count,
                   void *const *arguments)
{
    struct mpg__start start = {.microtask = (void (*)(void))microtask,
                               .board = mpg__board_get(),
                               .threads = threads,
                               .count = count,
                               .hosts = hosts,
                               .icv = *icv};
    if (count > MPG_START_ARGUMENTS) {
        start.arguments[0] = mpg_malloc(count * sizeof *arguments);
        if (!start.arguments[0])
            mpg__fatal("no memory for the arguments of a region");
        memcpy(start.arguments[0], arguments, count * sizeof *arguments);
    } else {
        memcpy(start.arguments, arguments, count * sizeof *arguments);
    }
    mpg__output_flush();
    mpg__team_start(&start);
    grow_pool();
    take_part(&start, 0);
    if (count > MPG_START_ARGUMENTS)
        mpg_free(start.arguments[0]);
}

/* Whether host 0's threads are to run it, when all may.  A region within one
 * that a single thread runs goes the way of that. */
static bool is_for_one_host(const struct mpg__frame *frame,
                            microtask_fn *microtask)
{
    if (mpg__engine.node.hosts == 1)
        return false;
    if (!frame->icv.is_dynamic) {
        mpg__dynamic_pass((void (*)(void))microtask);
        return false;
    }
    return frame->level ? mpg__dynamic_is_alone_now()
                        : mpg__dynamic_is_alone((void (*)(void))microtask);
}

EXPORTED void __kmpc_fork_call(ident_t *loc, int count, microtask_fn *microtask,
                               ...)
{
    (void)loc;
    struct mpg__frame *frame = mpg__frame_now();
    struct mpg__icv icv = frame->icv;
    uint32_t threads = frame->pushed ? frame->pushed : icv.threads;
    void *arguments[MPG_MICROTASK_ARGUMENTS];
    va_list list;
    va_start(list, microtask);
    mpg__microtask_arguments(count, arguments, list);
    va_end(list);
    frame->pushed = 0;
    threads = threads < icv.limit ? threads : icv.limit;
    bool is_alone = threads == 1 || frame->active_level || !is_open ||
                    mpg__engine.node.self || !mpg__self.is_of_team ||
                    mpg__self.slot || !icv.max_levels;
    uint32_t hosts = mpg__engine.node.hosts;
    if (!is_alone && is_for_one_host(frame, microtask)) {
        threads = (threads + hosts - 1) / hosts; /* as host 0 has of them */
        hosts = 1;
    }
    if (is_alone || threads == 1)
        run_alone(&icv, microtask, (uint32_t)count, arguments);
    else
        run_on(hosts, &icv, threads, microtask, (uint32_t)count, arguments);
}

/* target thread_limit: compiled code calls it in a task of its own. */
EXPORTED void __kmpc_set_thread_limit(ident_t *loc, int gtid, int threads)
{
    struct mpg__icv *icv = &mpg__frame_now()->icv;
    (void)loc, (void)gtid;
    if (threads > 0 && (uint32_t)threads < icv->limit)
        icv->limit = (uint32_t)threads;
}

EXPORTED void __kmpc_serialized_parallel(ident_t *loc, int gtid)
{
    (void)loc, (void)gtid;
    struct mpg__frame *outer = mpg__frame_now();
    struct mpg__frame *frame = malloc(sizeof *frame);
    struct mpg__icv icv = outer->icv;
    if (!frame)
        mpg__fatal("no memory for a nested region");
    outer->pushed = 0;
    frame_enter(frame, &icv, 0, 1);
}

EXPORTED void __kmpc_end_serialized_parallel(ident_t *loc, int gtid)
{
    (void)loc, (void)gtid;
    struct mpg__frame *frame = mpg__self.frame;
    frame_leave(frame);
    free(frame);
}

/* 0 is what programs compute where there are fewer processors than they think;
 * other runtimes take it as if it had not been said. */
EXPORTED void __kmpc_push_num_threads(ident_t *loc, int gtid, int threads)
{
    (void)loc, (void)gtid;
    if (threads < 0)
        mpg__fatal("num_threads(%d): a team has at least one thread", threads);
    mpg__frame_now()->pushed = (uint32_t)threads;
}

/* Threads are bound by the hosts that they are on. */
EXPORTED void __kmpc_push_proc_bind(ident_t *loc, int gtid, int kind)
{
    (void)loc, (void)gtid, (void)kind;
}

EXPORTED int __kmpc_global_thread_num(ident_t *loc)
{
    (void)loc;
    struct mpg__frame *frame = mpg__frame_now();
    while (frame->threads == 1 && frame->outer)
        frame = frame->outer;
    return (int)frame->tid;
}

EXPORTED int __kmpc_global_num_threads(ident_t *loc)
{
    (void)loc;
    return (int)mpg__frame_now()->threads;
}

EXPORTED int __kmpc_bound_thread_num(ident_t *loc)
{
    (void)loc;
    return (int)mpg__frame_now()->tid;
}

EXPORTED int __kmpc_bound_num_threads(ident_t *loc)
{
    return __kmpc_global_num_threads(loc);
}

EXPORTED void __kmpc_begin(ident_t *loc, int flags)
{
    (void)loc, (void)flags;
}

EXPORTED void __kmpc_end(ident_t *loc)
{
    (void)loc;
}

EXPORTED int __kmpc_ok_to_fork(ident_t *loc)
{
    (void)loc;
    return 1;
}

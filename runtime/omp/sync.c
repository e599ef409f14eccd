/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * barrier, single, masked, copyprivate, critical, flush, cancel, and the locks
 * of the job that these and others need.
 */
#include "team.h"

#include <string.h>

#include "base/fatal.h"
#include "engine/engine.h"
#include "icv.h"

EXPORTED void __kmpc_barrier(ident_t *loc, int gtid)
{
    (void)loc, (void)gtid;
    const struct mpg__frame *frame = mpg__frame_now();
    if (frame->threads > 1)
        mpg__team_barrier(MPG_PLACE, 0);
    else
        mpg__event_wait_all(frame);
}

/* Cancelling has no effect, as OpenMP says, unless the user wants it to. */

EXPORTED int __kmpc_cancel(ident_t *loc, int gtid, int kind)
{
    (void)loc, (void)gtid, (void)kind;
    if (mpg__omp_value(MPG_OMP_CANCELLATION))
        mpg__fatal("OMP_CANCELLATION=true, and the program cancels: that is "
                   "not supported across hosts; without OMP_CANCELLATION its "
                   "'cancel' has no effect");
    return 0;
}

EXPORTED int __kmpc_cancellationpoint(ident_t *loc, int gtid, int kind)
{
    (void)loc, (void)gtid, (void)kind;
    return 0;
}

EXPORTED int __kmpc_cancel_barrier(ident_t *loc, int gtid)
{
    __kmpc_barrier(loc, gtid);
    return 0;
}

EXPORTED void __kmpc_flush(ident_t *loc)
{
    (void)loc;
    mpg__output_flush(); /* A flag that says so may be next. */
    atomic_thread_fence(memory_order_seq_cst);
}

/* Thread 0 takes all of these: that costs no message, and what it touches is
 * where the sequential part of the program leaves it. */

EXPORTED int __kmpc_single(ident_t *loc, int gtid)
{
    (void)loc, (void)gtid;
    return mpg__frame_now()->tid == 0;
}

EXPORTED void __kmpc_end_single(ident_t *loc, int gtid)
{
    (void)loc, (void)gtid;
}

EXPORTED int __kmpc_master(ident_t *loc, int gtid)
{
    return __kmpc_single(loc, gtid);
}

EXPORTED void __kmpc_end_master(ident_t *loc, int gtid)
{
    (void)loc, (void)gtid;
}

EXPORTED int __kmpc_masked(ident_t *loc, int gtid, int filter)
{
    (void)loc, (void)gtid;
    return mpg__frame_now()->tid == (uint32_t)filter;
}

EXPORTED void __kmpc_end_masked(ident_t *loc, int gtid)
{
    (void)loc, (void)gtid;
}

/* `list` has the addresses of the thread's variables; those of thread 0, which
 * was the single one, go round with the barrier.  Both lists are on stacks
 * that all hosts can read. */
EXPORTED void __kmpc_copyprivate(ident_t *loc, int gtid, size_t bytes,
                                 void *list, void (*copy)(void *, void *),
                                 int was_single)
{
    (void)loc, (void)gtid, (void)bytes;
    if (mpg__frame_now()->threads == 1)
        return;
    if (mpg__engine.node.hosts > 1 && !mpg__vm_is_shared(list))
        mpg__fatal("copyprivate of variables on a private stack (%p): compile "
                   "with millicc -fopenmp",
                   list);
    void *from = (void *)mpg__team_barrier(MPG_PLACE, (uintptr_t)list);
    if (!was_single)
        copy(list, from);
    mpg__team_barrier(MPG_PLACE + 1, 0); /* Until then they have to stay. */
}

/* Locks.  The id of an address is its kind in the top bits above it. */

static uint64_t id_of(enum mpg__lock_kind kind, const void *address)
{
    return (uint64_t)kind << 60 | (uintptr_t)address;
}

void mpg__omp_lock(enum mpg__lock_kind kind, const void *address)
{
    struct mpg__outside before;
    struct mpg__waiter waiter = {.next = NULL};
    if (!atomic_load(&mpg__engine_is_started))
        mpg__engine_start();
    mpg__enter(&before);
    mpg__engine_lock();
    mpg__lock_ask(id_of(kind, address), &waiter);
    mpg__engine_unlock();
    mpg__wait(&waiter);
    mpg__leave(&before);
}

void mpg__omp_unlock(enum mpg__lock_kind kind, const void *address)
{
    struct mpg__outside before;
    mpg__output_flush();
    mpg__enter(&before);
    mpg__engine_lock();
    bool was_held = mpg__lock_give_back(id_of(kind, address));
    mpg__engine_unlock();
    mpg__leave(&before);
    if (!was_held)
        mpg__fatal("a lock (%p) is released that this host does not hold",
                   address);
}

/* A critical's name is a variable, whose address is the same on all hosts. */

EXPORTED void __kmpc_critical(ident_t *loc, int gtid, void *name)
{
    (void)loc, (void)gtid;
    mpg__omp_lock(MPG_LOCK_CRITICAL, name);
}

EXPORTED void __kmpc_critical_with_hint(ident_t *loc, int gtid, void *name,
                                        uint32_t hint)
{
    (void)hint;
    __kmpc_critical(loc, gtid, name);
}

EXPORTED void __kmpc_end_critical(ident_t *loc, int gtid, void *name)
{
    (void)loc, (void)gtid;
    mpg__omp_unlock(MPG_LOCK_CRITICAL, name);
}

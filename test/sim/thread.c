/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * One thread of a host, as runtime/engine/fault.c has it.  A thread whose
 * access the page table refuses pins the minipage, says what it wants and
 * waits.  When it has it, it lets go and tries again; if somebody waits
 * already, or if it has tried in vain before, it keeps the pin until the access
 * is made.  Between these steps time passes, in which anything may arrive.
 */
#include "sim.h"

/* How long things take, beside SIM_LATENCY for a message. */
enum { WAKE_TIME = 100, TRY_TIME = 20, WORK_TIME = 200 };

static void finish_op(struct sim *sim, unsigned host)
{
    struct thread *thread = &sim->host[host].thread;
    thread->state = THREAD_NEXT;
    thread->is_repeated = 0;
    network_resume(sim, host, WORK_TIME);
}

static unsigned access_of(const struct thread *thread)
{
    return thread->op.kind == OP_WRITE ? MPG_ACCESS_WRITE : MPG_ACCESS_READ;
}

/* The instruction; the page table alone decides. */
static bool try_access(struct sim *sim, unsigned host)
{
    struct thread *thread = &sim->host[host].thread;
    struct place *place = host_place(sim, host, thread->op.number);
    if (place->page < access_of(thread))
        return false;
    oracle_access(sim, place, access_of(thread));
    return true;
}

/* obtain() of fault.c: asks, or has it and goes on. */
static void obtain(struct sim *sim, unsigned host)
{
    struct thread *thread = &sim->host[host].thread;
    unsigned minipage = thread->op.number, access = access_of(thread);
    const struct mpg__copy *copy = &host_place(sim, host, minipage)->copy;
    if (copy->access < access) {
        thread->state = THREAD_WAITS;
        host_copy(sim, host, MPG_EVENT_WANT, minipage, access);
        return;
    }
    if (thread->is_repeated || copy->deferred) {
        thread->state = THREAD_STEPS;
    } else {
        thread->state = THREAD_TRIES;
        host_copy(sim, host, MPG_EVENT_UNPIN, minipage, 0);
    }
    network_resume(sim, host, TRY_TIME);
}

static void fault(struct sim *sim, unsigned host)
{
    struct thread *thread = &sim->host[host].thread;
    sim->counts.done[thread->op.kind == OP_WRITE ? CAUSE_WRITE : CAUSE_READ]++;
    host_copy(sim, host, MPG_EVENT_PIN, thread->op.number, 0);
    obtain(sim, host);
}

static void step_pinned(struct sim *sim, unsigned host)
{
    struct thread *thread = &sim->host[host].thread;
    bool is_done = try_access(sim, host);
    host_copy(sim, host, MPG_EVENT_UNPIN, thread->op.number, 0);
    if (is_done)
        finish_op(sim, host);
    else
        fault(sim, host);
}

void thread_wake(struct sim *sim, unsigned host, unsigned minipage)
{
    struct thread *thread = &sim->host[host].thread;
    if (thread->state != THREAD_WAITS || thread->op.number != minipage)
        return;
    thread->state = THREAD_WOKEN;
    network_resume(sim, host, WAKE_TIME);
}

void thread_has_lock(struct sim *sim, unsigned host, unsigned lock)
{
    struct thread *thread = &sim->host[host].thread;
    if (thread->state != THREAD_IN_LINE || thread->op.number != lock)
        sim_fail(sim, "host %u has lock %u, which nobody there wants", host,
                 lock);
    oracle_locked(sim, host, lock);
    sim->counts.done[CAUSE_LOCK]++;
    finish_op(sim, host);
}

void thread_passes(struct sim *sim, unsigned host)
{
    if (sim->host[host].thread.state != THREAD_AT_BARRIER)
        sim_fail(sim, "host %u leaves a barrier at which it is not", host);
    oracle_passes(sim, host);
    sim->counts.done[CAUSE_BARRIER]++;
    finish_op(sim, host);
}

static void begin(struct sim *sim, unsigned host)
{
    struct thread *thread = &sim->host[host].thread;
    thread->op = workload_next(sim, host);
    switch ((enum op_kind)thread->op.kind) {
    case OP_READ:
    case OP_WRITE:
        if (try_access(sim, host))
            finish_op(sim, host);
        else
            fault(sim, host);
        break;
    case OP_LOCK:
        thread->state = THREAD_IN_LINE;
        host_lock(sim, host, MPG_EVENT_LOCK, thread->op.number);
        break;
    case OP_UNLOCK:
        oracle_unlocked(sim, host, thread->op.number);
        host_lock(sim, host, MPG_EVENT_UNLOCK, thread->op.number);
        finish_op(sim, host);
        break;
    case OP_BARRIER:
        thread->state = THREAD_AT_BARRIER;
        oracle_arrives(sim, host);
        host_barrier(sim, host);
        break;
    case OP_END:
        thread->state = THREAD_ENDED;
        break;
    }
}

void thread_run(struct sim *sim, unsigned host)
{
    struct thread *thread = &sim->host[host].thread;
    switch ((enum thread_state)thread->state) {
    case THREAD_NEXT:
        begin(sim, host);
        break;
    case THREAD_WOKEN:
        obtain(sim, host);
        break;
    case THREAD_TRIES:
        if (try_access(sim, host)) {
            finish_op(sim, host);
        } else {
            thread->is_repeated = 1;
            fault(sim, host);
        }
        break;
    case THREAD_STEPS:
        step_pinned(sim, host);
        break;
    default:
        sim_fail(sim, "host %u runs while it waits", host);
    }
}

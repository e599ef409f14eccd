/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * What threads do, as runtime/engine/fault.c has it.  A thread whose access the
 * page table refuses pins the minipage, says what it wants and waits.  When it
 * has it, it lets go and tries again; if somebody waits already, or if it has
 * tried in vain before, it keeps the pin until the access is made.
 *
 * Between being woken and looking, between letting go and trying again, and
 * between pinning and the access, anything else may happen: these are moves of
 * their own.
 */
#include "model.h"

static struct model_thread *thread_of(struct state *state, unsigned host,
                                      unsigned thread)
{
    return &state->host[host].thread[thread];
}

static void become_idle(struct model_thread *thread)
{
    *thread = (struct model_thread){.state = THREAD_IDLE, .held = thread->held};
}

/* Minipages. */

/* A write makes everybody else's bytes old, and those under way. */
static void write_bytes(struct state *state, unsigned number, unsigned minipage)
{
    judge_changing(state, number, minipage);
    for (unsigned i = 0; i < model.hosts; i++) {
        state->host[i].is_current[minipage] = i == number;
        for (unsigned k = 0; k < model.hosts; k++) {
            struct channel *channel = &state->channel[i][k];
            for (unsigned n = 0; i != k && n < channel->count; n++)
                if (channel->flight[n].has_data &&
                    channel->flight[n].slot == minipage)
                    channel->flight[n].is_current = 0;
        }
    }
    judge_minipage(state, minipage);
}

/* The instruction.  Whether it may is for the page table alone to say; that a
 * reader sees the last write is judged whenever a minipage is readable. */
static bool try_access(struct state *state, unsigned number, unsigned minipage,
                       unsigned access)
{
    if (state->host[number].page[minipage] < access)
        return false;
    if (access == MPG_ACCESS_WRITE)
        write_bytes(state, number, minipage);
    return true;
}

/* obtain() of fault.c: asks, or has it and goes on. */
static void obtain(struct state *state, unsigned number,
                   struct model_thread *thread)
{
    struct mpg__copy *copy = &state->host[number].copy[thread->slot];
    if (copy->access < thread->access) {
        thread->state = THREAD_WAITS;
        drive_copy(state, number, MPG_EVENT_WANT, thread->slot, thread->access);
        return;
    }
    if (thread->is_repeated || copy->deferred) {
        thread->state = THREAD_STEPS;
        return;
    }
    thread->state = THREAD_TRIES;
    drive_copy(state, number, MPG_EVENT_UNPIN, thread->slot, 0);
}

static void fault(struct state *state, unsigned number,
                  struct model_thread *thread)
{
    drive_copy(state, number, MPG_EVENT_PIN, thread->slot, 0);
    obtain(state, number, thread);
}

/* As a rule the pin has kept it here.  Not so when this host itself has asked
 * for more meanwhile, by another thread or a prefetch (D1): then it faults once
 * more, under the trap flag, which lets go of the pin and takes it again. */
static void step_pinned(struct state *state, unsigned number,
                        struct model_thread *thread)
{
    unsigned minipage = thread->slot;
    bool is_done = try_access(state, number, minipage, thread->access);
    if (is_done)
        become_idle(thread);
    drive_copy(state, number, MPG_EVENT_UNPIN, minipage, 0);
    if (!is_done)
        fault(state, number, thread);
}

void thread_run(struct state *state, unsigned number, unsigned index)
{
    struct model_thread *thread = thread_of(state, number, index);
    if (thread->state == THREAD_RUNS) {
        obtain(state, number, thread);
    } else if (thread->state == THREAD_STEPS) {
        step_pinned(state, number, thread);
    } else if (try_access(state, number, thread->slot, thread->access)) {
        become_idle(thread);
    } else {
        thread->is_repeated = 1;
        fault(state, number, thread);
    }
}

void threads_wake(struct state *state, unsigned number, unsigned minipage)
{
    for (unsigned i = 0; i < model.threads; i++) {
        struct model_thread *thread = thread_of(state, number, i);
        if (thread->state == THREAD_WAITS && thread->slot == minipage)
            thread->state = THREAD_RUNS;
    }
}

/* Locks and the barrier. */

static unsigned in_line(const struct model_host *host, unsigned lock)
{
    unsigned count = 0;
    for (unsigned i = 0; i < model.threads; i++)
        count += host->thread[i].state == THREAD_IN_LINE &&
                 host->thread[i].slot == lock;
    return count;
}

static void want_lock(struct state *state, unsigned number,
                      struct model_thread *thread, unsigned lock)
{
    thread->rank = (uint8_t)in_line(&state->host[number], lock);
    thread->slot = (uint8_t)lock;
    thread->state = THREAD_IN_LINE;
    drive_lock(state, number, MPG_EVENT_LOCK, lock);
}

void threads_give_lock(struct state *state, unsigned number, unsigned lock)
{
    struct model_host *host = &state->host[number];
    bool is_given = false;
    for (unsigned i = 0; i < model.hosts; i++)
        for (unsigned k = 0; k < model.threads; k++)
            if (state->host[i].thread[k].held == lock + 1)
                model_fail("lock %u is held by host %u and by host %u", lock, i,
                           number);
    for (unsigned i = 0; i < model.threads; i++) {
        struct model_thread *thread = &host->thread[i];
        if (thread->state != THREAD_IN_LINE || thread->slot != lock)
            continue;
        if (thread->rank) {
            thread->rank--;
            continue;
        }
        is_given = true;
        thread->held = (uint8_t)(lock + 1);
        become_idle(thread);
    }
    if (!is_given)
        model_fail("host %u has lock %u, which nobody there wants", number,
                   lock);
    if (host->lock[lock].successor == MPG_HOST_NONE)
        return;
    if (!host->in_front[lock])
        model_fail("host %u overtakes the successor in line for lock %u",
                   number, lock);
    host->in_front[lock]--;
}

void thread_unlock(struct state *state, unsigned number, unsigned index)
{
    struct model_thread *thread = thread_of(state, number, index);
    unsigned lock = thread->held - 1u;
    thread->held = 0;
    drive_lock(state, number, MPG_EVENT_UNLOCK, lock);
}

void thread_arrive(struct state *state, unsigned number, unsigned index)
{
    thread_of(state, number, index)->state = THREAD_AT_BARRIER;
    state->host[number].arrivals++;
    drive_barrier(state, number);
}

void threads_leave_barrier(struct state *state, unsigned number)
{
    for (unsigned i = 0; i < model.threads; i++)
        if (thread_of(state, number, i)->state == THREAD_AT_BARRIER)
            become_idle(thread_of(state, number, i));
}

/* An operation. */

void thread_begin(struct state *state, unsigned number, unsigned index,
                  unsigned op, unsigned slot)
{
    struct model_thread *thread = thread_of(state, number, index);
    switch (op) {
    case OP_READ:
    case OP_WRITE:
        thread->access = op == OP_WRITE ? MPG_ACCESS_WRITE : MPG_ACCESS_READ;
        thread->slot = (uint8_t)slot;
        if (try_access(state, number, slot, thread->access))
            become_idle(thread);
        else
            fault(state, number, thread);
        break;
    case OP_PREFETCH_READ:
        drive_copy(state, number, MPG_EVENT_WANT, slot, MPG_ACCESS_READ);
        break;
    case OP_PREFETCH_WRITE:
        drive_copy(state, number, MPG_EVENT_WANT, slot, MPG_ACCESS_WRITE);
        break;
    case OP_PUSH:
        judge_pushed(state, slot);
        drive_copy(state, number, MPG_EVENT_PUSH, slot, 0);
        break;
    case OP_LOCK:
        want_lock(state, number, thread, slot);
        break;
    default:
        thread_arrive(state, number, index);
    }
}

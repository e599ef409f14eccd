/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Events in, protocol step, actions out.
 */
#include "engine_internal.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>

#include "base/fatal.h"
#include "explain.h"
#include "net/net.h"
#include "signals.h"

struct mpg__engine mpg__engine;

static bool is_child; /* of fork */

static void become_child(void)
{
    is_child = true;
    mpg__fatal_channel = NULL; /* The job goes on. */
}

void mpg__note_forks(void)
{
    if (pthread_atfork(NULL, NULL, become_child))
        mpg__fatal("no memory to take note of forks");
}

bool mpg__is_child(void)
{
    return is_child;
}

void mpg__refuse_child(void)
{
    if (is_child)
        mpg__fatal("a child of fork touched shared memory or called the "
                   "library: only the process that was started as a host may");
}

void mpg__engine_lock(void)
{
    mpg__mutex_lock(&mpg__engine.lock);
}

void mpg__engine_unlock(void)
{
    int saved = errno; /* What failed or was put off is not the caller's. */
    mpg__pages_now();
    mpg__mutex_unlock(&mpg__engine.lock);
    mpg__net_flush();
    errno = saved;
}

void mpg__enter(struct mpg__outside *before)
{
    mpg__refuse_child();
    sigset_t all;
    sigfillset(&all);
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &before->cancel_state);
    pthread_sigmask(SIG_BLOCK, &all, &before->mask);
    mpg__fault_abandon(); /* A handler may have jumped here out of a step. */
}

void mpg__leave(const struct mpg__outside *before)
{
    pthread_sigmask(SIG_SETMASK, &before->mask, NULL);
    pthread_setcancelstate(before->cancel_state, NULL);
}

/* Messages of this host to itself, and homes that want another look, in
 * order.  A step adds a few and the loop in run() takes them off again, so
 * the ring stays short. */
#define SELF_MAX 1024u
static struct self_message {
    struct mpg__message message; /* kind 0: MPG_EVENT_NEXT */
} self_ring[SELF_MAX];
static uint32_t self_first, self_count;

static void self_push(const struct mpg__message *message)
{
    if (self_count == SELF_MAX)
        mpg__fatal("more than %u messages of this host to itself", SELF_MAX);
    self_ring[(self_first + self_count++) % SELF_MAX].message = *message;
}

struct mpg__copy *mpg__copy_of(uint32_t region, uint32_t slot)
{
    return &mpg__region_get(region)->copies[slot];
}

/* Performing. */

static bool is_released; /* from a barrier, in this turn */

void mpg__post(unsigned host, struct mpg__message *message, const void *payload)
{
    message->from = mpg__engine.node.self;
    mpg__engine.counts.messages_sent++;
    mpg__engine.counts.bytes_sent += sizeof *message + message->bytes;
    mpg__pages_then_send(host, message, payload);
}

static void send_one(unsigned host, const struct mpg__action *action)
{
    struct mpg__message message = action->message;
    if (host == mpg__engine.node.self) {
        self_push(&message);
        return;
    }
    const void *payload = NULL;
    if (action->with_data) {
        struct mpg__region *region = mpg__region_get(message.region);
        message.bytes = (uint32_t)region->layout.slot_bytes;
        payload = mpg__slot_privileged(region, message.slot);
    }
    mpg__post(host, &message, payload);
}

static void send_set(const struct mpg__action *action)
{
    const struct mpg__hostsets *sets = &mpg__engine.node.sets;
    unsigned host = mpg__hostset_next(sets, action->set, 0);
    for (; host < sets->hosts;
         host = mpg__hostset_next(sets, action->set, host + 1))
        if (host != action->host && host != action->host2)
            send_one(host, action);
}

static uint64_t lock_id(const struct mpg__event *event)
{
    return (uint64_t)event->region << 32 | event->slot;
}

/* Who has seen that all is here may believe it until there is another one. Only
 * who has the lock counts. */
static void count_loss(void)
{
    uint32_t before =
        atomic_load_explicit(&mpg__engine.losses, memory_order_relaxed);
    atomic_store_explicit(&mpg__engine.losses, before + 1,
                          memory_order_relaxed);
}

static void perform(const struct mpg__event *event,
                    const struct mpg__action *action)
{
    const struct mpg__vm_backend *vm = mpg__vm.backend;
    struct mpg__message again = {.region = event->region, .slot = event->slot};
    switch ((enum mpg__action_kind)action->kind) {
    case MPG_ACTION_SEND:
        send_one(action->host, action);
        break;
    case MPG_ACTION_SEND_SET:
        send_set(action);
        break;
    case MPG_ACTION_OPEN_READ:
        mpg__pages_change(vm->open_read, event->region, event->slot);
        mpg__composed_gained(event->region, event->slot);
        break;
    case MPG_ACTION_OPEN_WRITE:
        mpg__pages_change(vm->open_write, event->region, event->slot);
        mpg__composed_gained(event->region, event->slot);
        break;
    case MPG_ACTION_UPGRADE:
        mpg__pages_change(vm->upgrade, event->region, event->slot);
        mpg__composed_gained(event->region, event->slot);
        break;
    case MPG_ACTION_PROTECT:
        if (!mpg__publish_asked(event->region, event->slot))
            mpg__pages_change(vm->protect, event->region, event->slot);
        mpg__composed_lost(event->region, event->slot, MPG_ACCESS_READ);
        count_loss();
        break;
    case MPG_ACTION_CLOSE:
        mpg__publish_lost(event->region, event->slot);
        mpg__pages_change(vm->close, event->region, event->slot);
        mpg__composed_lost(event->region, event->slot, MPG_ACCESS_NONE);
        mpg__engine.counts.invalidations++;
        count_loss();
        break;
    case MPG_ACTION_WAKE:
        mpg__waiters_wake(event->region, event->slot);
        break;
    case MPG_ACTION_LOCK_OWNED:
        mpg__lock_owned(lock_id(event), event->message != NULL);
        break;
    case MPG_ACTION_BARRIER_DONE:
        mpg__engine.counts.barriers++;
        if (mpg__engine.barrier_waiter)
            mpg__waiter_wake(mpg__engine.barrier_waiter);
        mpg__engine.barrier_waiter = NULL;
        is_released = true;
        break;
    case MPG_ACTION_NEXT:
        self_push(&again);
        break;
    case MPG_ACTION_FATAL:
        mpg__fatal("host %d broke the protocol with %s (region %u, minipage "
                   "%u): %s",
                   event->message ? event->message->from : -1,
                   event->message ? mpg__message_name(event->message->kind)
                                  : "an event",
                   event->region, event->slot, action->text);
    }
}

/* Stepping. */

bool mpg__requests_are_open(void)
{
    return atomic_load_explicit(&mpg__engine.requests_open,
                                memory_order_relaxed);
}

static void step(const struct mpg__event *event)
{
    struct mpg__actions actions;
    unsigned asked = event->copy ? event->copy->asked : 0;
    mpg__proto_step(&mpg__engine.node, event, &actions);
    if (event->copy)
        atomic_store_explicit(&mpg__engine.requests_open,
                              mpg__engine.requests_open +
                                  (event->copy->asked != 0) -
                                  (unsigned)(asked != 0),
                              memory_order_relaxed);
    if (event->copy && mpg__explain_is_on)
        mpg__explain_step(event, asked);
    for (uint32_t i = 0; i < actions.count; i++)
        perform(event, &actions.list[i]);
}

static bool is_known(const struct mpg__copy *copy, const struct mpg__home *home)
{
    return copy->known || (home && (home->copies || home->copies_tag));
}

/* A step about a minipage, which may be the first one about it. */
static void step_minipage(struct mpg__event *event)
{
    struct mpg__region *region = mpg__region_get(event->region);
    struct mpg__copy *copy = &region->copies[event->slot];
    struct mpg__home *home = NULL;
    event->home_host = (uint16_t)mpg__region_home(region, event->slot);
    if (event->home_host == mpg__engine.node.self)
        home = mpg__region_home_entry(region, event->slot);
    bool was_known = is_known(copy, home);
    if (event->kind == MPG_EVENT_NEXT ||
        (event->message && mpg__message_is_for_home(event->message->kind)))
        event->home = home;
    else
        event->copy = copy;
    step(event);
    if (!was_known && is_known(copy, home))
        mpg__engine.counts.minipages++;
    if (copy->deferred)
        mpg__keep_wanted(event->region, event->slot);
}

static void step_lock_event(struct mpg__event *event)
{
    event->home_host = (uint16_t)mpg__lock_home(lock_id(event));
    event->lock = mpg__lock_of(lock_id(event));
    step(event);
}

static void step_message(const struct mpg__message *message)
{
    struct mpg__event event = {.kind = MPG_EVENT_MESSAGE,
                               .region = message->region,
                               .slot = message->slot,
                               .message = message};
    switch (message->kind) {
    case MPG_MESSAGE_LOCK_REQUEST:
    case MPG_MESSAGE_LOCK_NEXT:
    case MPG_MESSAGE_LOCK_TOKEN:
        step_lock_event(&event);
        break;
    case MPG_MESSAGE_BARRIER_ARRIVE:
    case MPG_MESSAGE_BARRIER_RELEASE:
        event.barrier = &mpg__engine.barrier;
        step(&event);
        break;
    default:
        if (!message->kind) {
            event.kind = MPG_EVENT_NEXT;
            event.message = NULL;
        }
        step_minipage(&event);
    }
}

/* What this host has said to itself on the way is part of the same turn, and
 * so is what it asks for when a barrier is behind it. */
static void settle(void)
{
    while (self_count) {
        struct mpg__message message = self_ring[self_first].message;
        self_first = (self_first + 1) % SELF_MAX;
        self_count--;
        step_message(&message);
    }
    mpg__locks_have_come();
    if (is_released) {
        is_released = false;
        mpg__recall(mpg__engine.barrier_place);
    }
}

void mpg__step_copy(enum mpg__event_kind kind, uint32_t region, uint32_t slot,
                    enum mpg__access access)
{
    struct mpg__event event = {.kind = (uint8_t)kind,
                               .access = (uint8_t)access,
                               .region = region,
                               .slot = slot};
    step_minipage(&event);
    settle();
}

void mpg__step_barrier(void)
{
    struct mpg__event event = {.kind = MPG_EVENT_BARRIER,
                               .barrier = &mpg__engine.barrier};
    step(&event);
    settle();
}

void mpg__step_lock(enum mpg__event_kind kind, uint64_t id)
{
    struct mpg__event event = {.kind = (uint8_t)kind,
                               .region = (uint32_t)(id >> 32),
                               .slot = (uint32_t)id};
    step_lock_event(&event);
    settle();
}

/* Messages from the network (net.h), which flushes what they make us send. */

/* What only a minipage's home may say. */
static bool is_of_home(unsigned kind)
{
    return kind >= MPG_MESSAGE_SUPPLY_READ && kind <= MPG_MESSAGE_GRANT_WRITE;
}

/* NULL, or what is wrong with the minipage that a message names. */
static const char *bad_minipage(const struct mpg__message *message)
{
    struct mpg__region *region = mpg__region_get(message->region);
    if (!region)
        return "there is no such region";
    if (message->slot >= region->layout.slots)
        return "the region has no such minipage";
    if (mpg__message_is_for_home(message->kind) &&
        mpg__region_home(region, message->slot) != mpg__engine.node.self)
        return "the minipage is not homed here";
    if (is_of_home(message->kind) &&
        mpg__region_home(region, message->slot) != message->from)
        return "the minipage is not homed there";
    if ((message->kind == MPG_MESSAGE_COPY ||
         message->kind == MPG_MESSAGE_TAKE) &&
        message->bytes != region->layout.slot_bytes)
        return "it brings another number of bytes than a minipage has";
    return NULL;
}

static bool is_about_a_minipage(unsigned kind)
{
    return kind >= MPG_MESSAGE_READ_REQUEST && kind <= MPG_MESSAGE_DONE;
}

void *mpg__engine_place(const struct mpg__message *message, const char **why)
{
    void *place = NULL;
    if (!is_about_a_minipage(message->kind))
        return NULL; /* Small; the net has room for it. */
    mpg__mutex_lock(&mpg__engine.lock);
    *why = bad_minipage(message);
    if (!*why) {
        struct mpg__region *region = mpg__region_get(message->region);
        if (!mpg__copy_accepts_data(&region->copies[message->slot],
                                    message->kind))
            *why = "it brings bytes that this host did not ask for";
        else
            place = mpg__slot_privileged(region, message->slot);
    }
    mpg__mutex_unlock(&mpg__engine.lock);
    return place;
}

static void deliver_one(const struct mpg__message *message, const void *payload)
{
    if (mpg__service_deliver(message, payload))
        return;
    /* What brings bytes was looked at for their place. */
    const char *why = is_about_a_minipage(message->kind) && !message->bytes
                          ? bad_minipage(message)
                          : NULL;
    if (why)
        mpg__fatal("host %u sent %s for region %u, minipage %u: %s",
                   (unsigned)message->from, mpg__message_name(message->kind),
                   message->region, message->slot, why);
    step_message(message);
    settle();
}

void mpg__engine_deliver(const struct mpg__message *messages, unsigned count,
                         const void *payload)
{
    mpg__engine_lock();
    mpg__pages_begin();
    for (unsigned i = 0; i < count; i++)
        deliver_one(&messages[i], payload);
    mpg__pages_end();
    mpg__mutex_unlock(&mpg__engine.lock);
}

/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Protocol bugs, planted: a checker that does not find these would not find
 * real ones.  The shipped code stays as it is; a bug changes what it is told
 * (before), or what it says and remembers (after), as a wrong line in it
 * would.
 */
#include "mutate.h"

#include <stdio.h>
#include <string.h>

/* One step: before it, and after it. */
struct change {
    struct mpg__node *node;
    struct mpg__event *event;
    struct mpg__message *message; /* the event's, or of kind 0 */
    struct mpg__actions *out;
    struct mpg__copy copy; /* as they were before the step */
    struct mpg__home home;
    struct mpg__lock lock;
};

struct mutation {
    const char *name;
    const char *what;
    void (*before)(struct change *);
    void (*after)(struct change *);
    struct mutate_world world; /* mpgexplore's default with this bug */
};

/* Helpers. */

static const struct mpg__action *find(const struct change *change,
                                      unsigned action, unsigned message)
{
    for (uint32_t i = 0; i < change->out->count; i++) {
        const struct mpg__action *found = &change->out->list[i];
        if (found->kind == action &&
            (!message || found->message.kind == message))
            return found;
    }
    return NULL;
}

static void forget(struct change *change, unsigned action, unsigned message)
{
    const struct mpg__action *found = find(change, action, message);
    struct mpg__actions *out = change->out;
    if (!found)
        return;
    uint32_t index = (uint32_t)(found - out->list);
    out->count--;
    memmove(&out->list[index], &out->list[index + 1],
            (out->count - index) * sizeof out->list[0]);
}

static void also_send(struct change *change, unsigned host, unsigned kind,
                      unsigned flags)
{
    struct mpg__actions *out = change->out;
    struct mpg__action *action = &out->list[out->count++];
    memset(action, 0, sizeof *action);
    action->kind = MPG_ACTION_SEND;
    action->host = (uint16_t)host;
    action->message = (struct mpg__message){.kind = (uint8_t)kind,
                                            .flags = (uint8_t)flags,
                                            .from = change->node->self,
                                            .slot = change->event->slot,
                                            .requester = (uint16_t)host};
}

static bool is_event(const struct change *change, unsigned kind)
{
    return change->event->kind == kind;
}

static bool is_message(const struct change *change, unsigned kind)
{
    return change->message->kind == kind;
}

/* The bugs. */

static void forget_gone(struct change *change)
{
    forget(change, MPG_ACTION_SEND, MPG_MESSAGE_GONE);
}

static void await_none(struct change *change)
{
    if (is_message(change, MPG_MESSAGE_GRANT_WRITE) && !change->copy.got &&
        change->copy.access == MPG_ACCESS_READ)
        change->message->need = 0;
}

static void await_no_gone(struct change *change)
{
    if (is_message(change, MPG_MESSAGE_GRANT_WRITE))
        change->message->need = 0;
    if (is_message(change, MPG_MESSAGE_TAKE))
        change->message->need = 1; /* the TAKE itself */
}

static void forget_early_answers(struct change *change)
{
    if (is_message(change, MPG_MESSAGE_GRANT_WRITE))
        change->event->copy->got = 0;
}

static void grant_as_upgrade(struct change *change)
{
    struct mpg__home *home = change->event->home;
    if (!is_event(change, MPG_EVENT_NEXT) || home->state || !home->queue_head)
        return;
    const struct mpg__wait *wait = &change->node->waits[home->queue_head];
    if (wait->kind == MPG_MESSAGE_WRITE_REQUEST)
        home->copies |= UINT64_C(1) << wait->host;
}

static void keep_owner(struct change *change)
{
    if (change->event->home && change->home.is_touched)
        change->event->home->owner = change->home.owner;
}

static void queue_in_front(struct change *change)
{
    struct mpg__home *home = change->event->home;
    if (!home || !change->home.queue_head ||
        home->queue_tail == change->home.queue_tail || !home->queue_tail)
        return;
    struct mpg__wait *waits = change->node->waits;
    waits[home->queue_tail].next = home->queue_head;
    waits[change->home.queue_tail].next = 0;
    home->queue_head = home->queue_tail;
    home->queue_tail = change->home.queue_tail;
}

static void forget_queued(struct change *change)
{
    struct mpg__home *home = change->event->home;
    if (!home || change->home.queue_head || !home->queue_head)
        return;
    change->node->waits[home->queue_head].next = change->node->waits_free;
    change->node->waits_free = home->queue_head;
    home->queue_head = home->queue_tail = 0;
}

static void forget_wake(struct change *change)
{
    if (find(change, MPG_ACTION_UPGRADE, 0))
        forget(change, MPG_ACTION_WAKE, 0);
}

static void grant_before_data(struct change *change)
{
    const struct mpg__action *supply =
        find(change, MPG_ACTION_SEND, MPG_MESSAGE_SUPPLY_READ);
    if (supply)
        also_send(change, supply->message.requester, MPG_MESSAGE_GRANT_READ, 0);
}

static void forget_protect(struct change *change)
{
    forget(change, MPG_ACTION_PROTECT, 0);
}

static void forget_close(struct change *change)
{
    if (is_message(change, MPG_MESSAGE_INVALIDATE))
        forget(change, MPG_ACTION_CLOSE, 0);
}

static bool closes_early(const struct change *change)
{
    return is_message(change, MPG_MESSAGE_GRANT_WRITE) &&
           change->message->need > change->copy.got;
}

static void close_not_later(struct change *change)
{
    if (closes_early(change))
        change->message->flags = 0;
}

static void close_now(struct change *change)
{
    if (closes_early(change))
        also_send(change, change->event->home_host, MPG_MESSAGE_DONE, 0);
}

static void forget_deferred(struct change *change)
{
    if (is_event(change, MPG_EVENT_UNPIN))
        change->event->copy->deferred = 0;
}

static void ignore_pins(struct change *change)
{
    if (change->event->copy && is_event(change, MPG_EVENT_MESSAGE))
        change->event->copy->pins = 0;
}

static void restore_pins(struct change *change)
{
    if (change->event->copy && is_event(change, MPG_EVENT_MESSAGE))
        change->event->copy->pins = change->copy.pins;
}

static void forget_reader(struct change *change)
{
    if (find(change, MPG_ACTION_SEND, MPG_MESSAGE_SUPPLY_READ))
        change->event->home->copies = change->home.copies;
}

static void forget_exclusive(struct change *change)
{
    if (change->event->home)
        change->event->home->is_exclusive = 0;
}

static void open_home_at_once(struct change *change)
{
    if (find(change, MPG_ACTION_SEND, MPG_MESSAGE_SUPPLY_WRITE))
        change->event->home->state = 0;
}

static void forget_next(struct change *change)
{
    forget(change, MPG_ACTION_NEXT, 0);
}

static void keep_token(struct change *change)
{
    if (find(change, MPG_ACTION_SEND, MPG_MESSAGE_LOCK_TOKEN))
        change->event->lock->is_here = 1;
}

static void forget_successor(struct change *change)
{
    if (is_message(change, MPG_MESSAGE_LOCK_NEXT) &&
        change->event->lock->is_held)
        change->event->lock->successor = MPG_HOST_NONE;
}

static void hide_successor(struct change *change)
{
    if (is_event(change, MPG_EVENT_LOCK) && change->lock.is_held)
        change->event->lock->successor = MPG_HOST_NONE;
}

static void show_successor(struct change *change)
{
    if (is_event(change, MPG_EVENT_LOCK) && change->lock.is_held)
        change->event->lock->successor = change->lock.successor;
}

static void release_early(struct change *change)
{
    if (is_event(change, MPG_EVENT_BARRIER) && change->node->self == 0)
        change->event->barrier->is_other_here = 1;
}

static const struct mutation mutations[] = {
    {"ack-forgotten",
     "a copy is dropped and nobody is told",
     NULL,
     forget_gone,
     {2, 0, 1, 2, MUTATE_MINIPAGE}},
    {"ack-not-awaited",
     "an upgrade does not wait for the others to drop theirs",
     await_none,
     NULL,
     {2, 0, 1, 2, MUTATE_MINIPAGE}},
    {"acks-skipped",
     "nobody says that a copy is dropped, nobody waits for it",
     await_no_gone,
     forget_gone,
     {2, 0, 1, 2, MUTATE_MINIPAGE}},
    {"ack-early-forgotten",
     "answers that precede the grant do not count (C4)",
     forget_early_answers,
     NULL,
     {3, 0, 1, 2, MUTATE_MINIPAGE}},
    {"upgrade-races",
     "a write that waited is granted as the upgrade that it was when asked",
     grant_as_upgrade,
     NULL,
     {2, 0, 1, 2, MUTATE_MINIPAGE}},
    {"owner-stale",
     "the home goes on sending to the former owner (H4)",
     NULL,
     keep_owner,
     {3, 0, 1, 2, MUTATE_MINIPAGE}},
    {"queue-unfair",
     "the last request is served first (H5)",
     NULL,
     queue_in_front,
     {3, 0, 1, 2, MUTATE_MINIPAGE}},
    {"queue-forgotten",
     "a request that must wait is lost",
     NULL,
     forget_queued,
     {2, 0, 1, 2, MUTATE_MINIPAGE}},
    {"next-forgotten",
     "the queue is not looked at again",
     NULL,
     forget_next,
     {3, 0, 1, 2, MUTATE_MINIPAGE}},
    {"wakeup-lost",
     "an upgrade wakes nobody",
     NULL,
     forget_wake,
     {2, 0, 1, 2, MUTATE_MINIPAGE}},
    {"granted-before-data",
     "a read is granted while its bytes are on their way",
     NULL,
     grant_before_data,
     {2, 0, 1, 2, MUTATE_MINIPAGE}},
    {"opened-before-data",
     "a copy is opened before its bytes are there (P3)",
     NULL,
     NULL,
     {2, 0, 1, 2, MUTATE_MINIPAGE}},
    {"protect-skipped",
     "the owner who has supplied a copy can still write",
     NULL,
     forget_protect,
     {2, 0, 1, 2, MUTATE_MINIPAGE}},
    {"close-skipped",
     "a dropped copy can still be read",
     NULL,
     forget_close,
     {2, 0, 1, 2, MUTATE_MINIPAGE}},
    {"done-early",
     "the writer says DONE before the others have answered",
     close_not_later,
     close_now,
     {3, 0, 1, 2, MUTATE_MINIPAGE}},
    {"deferred-forgotten",
     "a command that waited for a pin is not obeyed",
     forget_deferred,
     NULL,
     {2, 0, 1, 3, MUTATE_MINIPAGE}},
    {"pins-ignored",
     "a minipage is taken before it was used, again and again",
     ignore_pins,
     restore_pins,
     {2, 0, 1, 2, MUTATE_MINIPAGE}},
    {"reader-forgotten",
     "the copy set misses a reader (H1)",
     NULL,
     forget_reader,
     {2, 0, 1, 2, MUTATE_MINIPAGE}},
    {"exclusive-forgotten",
     "reads share a turn at an owner who can write (H2)",
     NULL,
     forget_exclusive,
     {3, 0, 1, 2, MUTATE_MINIPAGE}},
    {"home-not-closed",
     "the next is served while bytes still move (H3)",
     NULL,
     open_home_at_once,
     {3, 0, 1, 2, MUTATE_MINIPAGE}},
    {"token-duplicated",
     "the lock stays where it was, too (L1)",
     NULL,
     keep_token,
     {2, 1, 1, 2, MUTATE_LOCK}},
    {"successor-lost",
     "whoever holds the lock forgets who is next",
     NULL,
     forget_successor,
     {2, 1, 1, 2, MUTATE_LOCK}},
    {"lock-overtaken",
     "threads of the holder's host come first (L4)",
     hide_successor,
     show_successor,
     {2, 1, 2, 3, MUTATE_LOCK}},
    {"barrier-early",
     "a root does not wait for the other (B1)",
     release_early,
     NULL,
     {2, 0, 1, 1, MUTATE_BARRIER}},
};
#define MUTATIONS (sizeof mutations / sizeof mutations[0])

static const struct mutation *chosen;

bool mutate_choose(const char *name, struct mutate_world *world)
{
    for (unsigned i = 0; i < MUTATIONS; i++)
        if (strcmp(mutations[i].name, name) == 0)
            chosen = &mutations[i];
    if (chosen)
        *world = chosen->world;
    return chosen != NULL;
}

const char *mutate_what(void)
{
    return chosen->what;
}

bool mutate_bytes_are_late(void)
{
    return chosen && strcmp(chosen->name, "opened-before-data") == 0;
}

void mutate_list(void)
{
    for (unsigned i = 0; i < MUTATIONS; i++)
        puts(mutations[i].name);
}

void mutate_step(struct mpg__node *node, struct mpg__event *event,
                 struct mpg__actions *out)
{
    if (!chosen) {
        mpg__proto_step(node, event, out);
        return;
    }
    struct mpg__message message = {0};
    struct change change = {
        .node = node, .event = event, .message = &message, .out = out};
    if (event->message) {
        message = *event->message;
        event->message = &message;
    }
    if (event->copy)
        change.copy = *event->copy;
    if (event->home)
        change.home = *event->home;
    if (event->lock)
        change.lock = *event->lock;
    enum mutate_part part = event->lock      ? MUTATE_LOCK
                            : event->barrier ? MUTATE_BARRIER
                                             : MUTATE_MINIPAGE;
    bool fits = chosen->world.part == part;
    if (fits && chosen->before)
        chosen->before(&change);
    mpg__proto_step(node, event, out);
    if (fits && chosen->after)
        chosen->after(&change);
    event->message = NULL; /* It was ours. */
}

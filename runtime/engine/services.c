/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * What hosts ask of each other beside coherence: to make a region, to free or
 * measure an allocation.  (Threads: threads.c.)
 *
 * Regions are made by host 0, one after the other, so that every host numbers
 * them alike.  The news goes down the tree of hosts that the barrier uses, and
 * the word that a subtree knows comes up: nobody talks to more than its parent
 * and children, however many hosts there are.  The asker gets its region when
 * all know it: from then on its addresses may go anywhere.
 *
 * Questions that have an answer carry the asker's epoch; the answer finds the
 * waiter by it.
 */
#include <string.h>

#include "base/fatal.h"
#include "engine_internal.h"
#include "net/net.h"

struct mpg__services mpg__services;

/* Waiters for answers, under the lock. */
static struct mpg__waiter *questions;

static void ask(struct mpg__waiter *waiter, struct mpg__message *message)
{
    message->epoch = ++mpg__engine.epoch;
    waiter->slot = message->epoch;
    atomic_store(&waiter->state, 0);
    waiter->next = questions;
    questions = waiter;
}

static void answer(uint32_t epoch, uint64_t value,
                   const struct mpg__layout *layout)
{
    for (struct mpg__waiter **link = &questions; *link; link = &(*link)->next)
        if ((*link)->slot == epoch) {
            struct mpg__waiter *waiter = *link;
            *link = waiter->next;
            waiter->value = value;
            if (layout)
                waiter->layout = *layout;
            mpg__waiter_wake(waiter);
            return;
        }
    mpg__fatal("an answer to question %u, which nobody asked", epoch);
}

/* Regions. */

static void say_ready(unsigned host, uint32_t epoch, uint32_t region,
                      const struct mpg__layout *layout)
{
    if (host == mpg__engine.node.self) {
        answer(epoch, region, layout);
        return;
    }
    struct mpg__message message = {.kind = MPG_MESSAGE_REGION_READY,
                                   .region = region,
                                   .epoch = epoch,
                                   .bytes = sizeof *layout};
    mpg__post(host, &message, layout);
}

/* The last of the subtree has come to know: its parent, or the asker, is told.
 */
static void subtree_knows(uint32_t number, const struct mpg__region *region)
{
    unsigned self = mpg__engine.node.self;
    struct mpg__message known = {.kind = MPG_MESSAGE_REGION_KNOWN,
                                 .region = number};
    if (self)
        mpg__post(mpg__tree_parent(self), &known, NULL);
    else
        say_ready(region->asker, region->asker_epoch, number, &region->layout);
}

static void tell_children(uint32_t number, struct mpg__region *region)
{
    unsigned self = mpg__engine.node.self;
    unsigned children = mpg__tree_children(self, mpg__engine.node.hosts);
    region->acks_missing = children;
    for (unsigned i = 0; i < children; i++) {
        struct mpg__message message = {.kind = MPG_MESSAGE_REGION_NEW,
                                       .region = number,
                                       .bytes = sizeof region->layout};
        mpg__post(mpg__tree_first_child(self) + i, &message, &region->layout);
    }
    if (!children)
        subtree_knows(number, region);
}

static void make_region(const struct mpg__layout *wanted, unsigned asker,
                        uint32_t epoch)
{
    struct mpg__layout layout = *wanted;
    layout.offset = mpg__region_end();
    uint64_t room = mpg__vm.bytes - layout.offset;
    if (!layout.slots || layout.slots > MPG_SLOTS_MAX || !layout.slot_bytes ||
        layout.views > mpg__vm.views_max ||
        room / layout.slot_bytes < layout.slots) {
        layout.slots = 0; /* No room. */
        say_ready(asker, epoch, 0, &layout);
        return;
    }
    uint32_t number = mpg__region_add(&layout);
    struct mpg__region *region = mpg__region_get(number);
    region->asker = (uint16_t)asker;
    region->asker_epoch = epoch;
    tell_children(number, region);
}

static void region_known(const struct mpg__message *message)
{
    struct mpg__region *region = mpg__region_get(message->region);
    if (!region || !region->acks_missing || message->from == 0 ||
        mpg__tree_parent(message->from) != mpg__engine.node.self)
        mpg__fatal("host %u knows of region %u, and was not told by this host",
                   (unsigned)message->from, message->region);
    if (--region->acks_missing == 0)
        subtree_knows(message->region, region);
}

static void learn_region(const struct mpg__message *message,
                         const struct mpg__layout *layout)
{
    unsigned self = mpg__engine.node.self;
    if (self == 0 || message->from != mpg__tree_parent(self) ||
        message->region != mpg__region_count() ||
        layout->slots > MPG_SLOTS_MAX || layout->offset > mpg__vm.bytes ||
        (mpg__vm.bytes - layout->offset) / layout->slot_bytes < layout->slots ||
        layout->views > mpg__vm.views_max || !layout->slots ||
        layout->offset < mpg__region_end())
        mpg__fatal("host %u announces a region that cannot be",
                   (unsigned)message->from);
    uint32_t number = mpg__region_add(layout);
    tell_children(number, mpg__region_get(number));
}

bool mpg__region_make(const struct mpg__layout *wanted, uint32_t *region)
{
    struct mpg__waiter waiter;
    struct mpg__message message = {.kind = MPG_MESSAGE_REGION_REQUEST,
                                   .bytes = sizeof *wanted};
    mpg__engine_lock();
    ask(&waiter, &message);
    if (mpg__engine.node.self == 0)
        make_region(wanted, 0, message.epoch);
    else
        mpg__post(0, &message, wanted);
    mpg__engine_unlock();
    mpg__wait(&waiter);
    *region = (uint32_t)waiter.value;
    return waiter.layout.slots != 0;
}

/* Allocations. */

uint64_t mpg__remote_size(uint32_t region, uint32_t cell)
{
    struct mpg__waiter waiter;
    struct mpg__message message = {
        .kind = MPG_MESSAGE_HEAP_SIZE, .region = region, .slot = cell};
    mpg__engine_lock();
    ask(&waiter, &message);
    mpg__post(mpg__region_get(region)->layout.maker, &message, NULL);
    mpg__engine_unlock();
    mpg__wait(&waiter);
    return waiter.value;
}

void mpg__remote_free(uint32_t region, uint32_t cell)
{
    struct mpg__message message = {
        .kind = MPG_MESSAGE_HEAP_FREE, .region = region, .slot = cell};
    mpg__engine_lock();
    mpg__post(mpg__region_get(region)->layout.maker, &message, NULL);
    mpg__engine_unlock();
}

static void say_size(const struct mpg__message *question)
{
    struct mpg__message message = {.kind = MPG_MESSAGE_HEAP_SIZE_IS,
                                   .epoch = question->epoch};
    message.arg = mpg__services.size(question->region, question->slot);
    mpg__post(question->from, &message, NULL);
}

/* Messages of other hosts. */

static const char *allocation_refusal(const struct mpg__message *message)
{
    const struct mpg__region *region = mpg__region_get(message->region);
    if (!region || message->slot / mpg__slot_cells(&region->layout) >=
                       region->layout.slots)
        return "there is no such minipage";
    if (!region->layout.is_heap ||
        region->layout.maker != mpg__engine.node.self)
        return "nothing of this host's is allocated there";
    return NULL;
}

/* NULL, or why a message cannot be of a host that keeps to the rules. */
static const char *refusal(const struct mpg__message *message,
                           const void *payload)
{
    switch (message->kind) {
    case MPG_MESSAGE_REGION_REQUEST:
        if (mpg__engine.node.self != 0)
            return "this host makes no regions";
        break;
    case MPG_MESSAGE_REGION_NEW:
        break;
    case MPG_MESSAGE_REGION_READY:
        if (message->region >= mpg__region_count())
            return "there is no such region";
        break;
    case MPG_MESSAGE_HEAP_FREE:
    case MPG_MESSAGE_HEAP_SIZE:
        return allocation_refusal(message);
    case MPG_MESSAGE_SPAWN:
        return message->bytes ? NULL : "it brings nothing to run";
    default:
        return NULL;
    }
    if (message->bytes != sizeof(struct mpg__layout))
        return "it brings no layout of a region";
    return mpg__layout_refusal(payload);
}

static void serve(const struct mpg__message *message, const void *payload)
{
    switch (message->kind) {
    case MPG_MESSAGE_REGION_REQUEST:
        make_region(payload, message->from, message->epoch);
        break;
    case MPG_MESSAGE_REGION_NEW:
        learn_region(message, payload);
        break;
    case MPG_MESSAGE_REGION_KNOWN:
        region_known(message);
        break;
    case MPG_MESSAGE_REGION_READY:
        answer(message->epoch, message->region, payload);
        break;
    case MPG_MESSAGE_HEAP_FREE:
        mpg__services.freed(message->region, message->slot, message->from);
        break;
    case MPG_MESSAGE_HEAP_SIZE:
        say_size(message);
        break;
    case MPG_MESSAGE_HEAP_SIZE_IS:
        answer(message->epoch, message->arg, NULL);
        break;
    case MPG_MESSAGE_SPAWN:
        mpg__thread_asked(message, payload);
        break;
    default:
        mpg__thread_done(message->slot);
    }
}

/* Under the lock. */
bool mpg__service_deliver(const struct mpg__message *message,
                          const void *payload)
{
    const char *why;
    if (message->kind >= MPG_MESSAGE_TEAM_START &&
        message->kind <= MPG_MESSAGE_TEAM_END) {
        why = mpg__services.team ? mpg__services.team(message, payload)
                                 : "this host runs no OpenMP program";
        if (why)
            mpg__fatal("host %u sent %s: %s", (unsigned)message->from,
                       mpg__message_name(message->kind), why);
        return true;
    }
    if (message->kind < MPG_MESSAGE_REGION_REQUEST ||
        message->kind > MPG_MESSAGE_SPAWN)
        return false;
    why = refusal(message, payload);
    if (why)
        mpg__fatal("host %u sent %s for region %u, minipage %u: %s",
                   (unsigned)message->from, mpg__message_name(message->kind),
                   message->region, message->slot, why);
    serve(message, payload);
    return true;
}

/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * What hosts ask of each other beside coherence: to make a region, to free or
 * measure an allocation.  (Threads: threads.c.)
 *
 * Regions are made by host 0, one after the other, so that every host numbers
 * them alike.  The asker gets its region when all hosts have said that they
 * know it: from then on its addresses may go anywhere.
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

/* Regions, at host 0. */

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

static void make_region(const struct mpg__layout *wanted, unsigned asker,
                        uint32_t epoch)
{
    struct mpg__layout layout = *wanted;
    layout.offset = mpg__region_end();
    uint64_t room = mpg__vm.stride - layout.offset;
    if (!layout.slots || layout.slots > MPG_SLOTS_MAX || !layout.slot_bytes ||
        layout.views > mpg__vm.views_max ||
        room / layout.slot_bytes < layout.slots) {
        layout.slots = 0; /* No room. */
        say_ready(asker, epoch, 0, &layout);
        return;
    }
    uint32_t number = mpg__region_add(&layout);
    struct mpg__region *region = mpg__region_get(number);
    region->acks_missing = mpg__engine.node.hosts - 1u;
    region->asker = (uint16_t)asker;
    region->asker_epoch = epoch;
    for (unsigned host = 1; host < mpg__engine.node.hosts; host++) {
        struct mpg__message message = {.kind = MPG_MESSAGE_REGION_NEW,
                                       .region = number,
                                       .bytes = sizeof layout};
        mpg__post(host, &message, &layout);
    }
    if (!region->acks_missing)
        say_ready(asker, epoch, number, &layout);
}

static void region_known(uint32_t number)
{
    struct mpg__region *region = mpg__region_get(number);
    if (!region || !region->acks_missing)
        mpg__fatal("a host knows of region %u, which nobody made", number);
    if (--region->acks_missing == 0)
        say_ready(region->asker, region->asker_epoch, number, &region->layout);
}

static void learn_region(const struct mpg__message *message,
                         const struct mpg__layout *layout)
{
    if (message->from != 0 || message->region != mpg__region_count() ||
        layout->views > mpg__vm.views_max || !layout->slots ||
        layout->offset < mpg__region_end())
        mpg__fatal("host %u announces a region that cannot be",
                   (unsigned)message->from);
    mpg__region_add(layout);
    struct mpg__message known = {.kind = MPG_MESSAGE_REGION_KNOWN,
                                 .region = message->region};
    mpg__post(0, &known, NULL);
}

bool mpg__region_make(const struct mpg__layout *wanted, uint32_t *region)
{
    struct mpg__waiter waiter;
    struct mpg__message message = {.kind = MPG_MESSAGE_REGION_REQUEST,
                                   .bytes = sizeof *wanted};
    mpg__mutex_lock(&mpg__engine.lock);
    ask(&waiter, &message);
    if (mpg__engine.node.self == 0)
        make_region(wanted, 0, message.epoch);
    else
        mpg__post(0, &message, wanted);
    mpg__mutex_unlock(&mpg__engine.lock);
    mpg__wait(&waiter);
    *region = (uint32_t)waiter.value;
    return waiter.layout.slots != 0;
}

/* Allocations. */

uint64_t mpg__remote_size(uint32_t region, uint32_t slot)
{
    struct mpg__waiter waiter;
    struct mpg__message message = {
        .kind = MPG_MESSAGE_HEAP_SIZE, .region = region, .slot = slot};
    mpg__mutex_lock(&mpg__engine.lock);
    ask(&waiter, &message);
    mpg__post(mpg__region_get(region)->layout.maker, &message, NULL);
    mpg__mutex_unlock(&mpg__engine.lock);
    mpg__wait(&waiter);
    return waiter.value;
}

void mpg__remote_free(uint32_t region, uint32_t slot)
{
    struct mpg__message message = {
        .kind = MPG_MESSAGE_HEAP_FREE, .region = region, .slot = slot};
    mpg__mutex_lock(&mpg__engine.lock);
    mpg__post(mpg__region_get(region)->layout.maker, &message, NULL);
    mpg__mutex_unlock(&mpg__engine.lock);
}

static void say_size(const struct mpg__message *question)
{
    struct mpg__message message = {.kind = MPG_MESSAGE_HEAP_SIZE_IS,
                                   .epoch = question->epoch};
    message.arg = mpg__services.size(question->region, question->slot);
    mpg__post(question->from, &message, NULL);
}

/* Under the lock. */
bool mpg__service_deliver(const struct mpg__message *message,
                          const void *payload)
{
    bool has_layout = message->bytes == sizeof(struct mpg__layout);
    switch (message->kind) {
    case MPG_MESSAGE_REGION_REQUEST:
        if (mpg__engine.node.self == 0 && has_layout)
            make_region(payload, message->from, message->epoch);
        return true;
    case MPG_MESSAGE_REGION_NEW:
        if (has_layout)
            learn_region(message, payload);
        return true;
    case MPG_MESSAGE_REGION_KNOWN:
        region_known(message->region);
        return true;
    case MPG_MESSAGE_REGION_READY:
        if (has_layout)
            answer(message->epoch, message->region, payload);
        return true;
    case MPG_MESSAGE_HEAP_FREE:
        mpg__services.freed(message->region, message->slot, message->from);
        return true;
    case MPG_MESSAGE_HEAP_SIZE:
        say_size(message);
        return true;
    case MPG_MESSAGE_HEAP_SIZE_IS:
        answer(message->epoch, message->arg, NULL);
        return true;
    case MPG_MESSAGE_SPAWN:
        mpg__thread_asked(message, payload);
        return true;
    case MPG_MESSAGE_SPAWN_DONE:
        mpg__thread_done(message->slot);
        return true;
    default:
        return false;
    }
}

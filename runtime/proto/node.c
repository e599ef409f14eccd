/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * The entry to the protocol: which machine an event is for, and how a step
 * says what is to be done.
 */
#include "internal.h"

#include <string.h>

void mpg__node_init(struct mpg__node *node, unsigned self, unsigned hosts,
                    struct mpg__wait *waits, uint32_t waits_count)
{
    mpg_assert(self < hosts);
    mpg_assert(waits_count > 1);
    node->self = (uint16_t)self;
    node->hosts = (uint16_t)hosts;
    node->waits = waits;
    node->waits_count = waits_count;
    node->waits_free = 0;
    /* Entries never used have next == 0 and follow on from waits[0].next, the
     * count of entries ever used: a pool of millions costs what is used. */
    waits[0].next = 1;
    mpg__hostsets_init(&node->sets, hosts, 0, 0);
}

void mpg__node_give_sharers(struct mpg__node *node, struct mpg__sharers *blocks,
                            uint32_t count)
{
    mpg__hostsets_init(&node->sets, node->hosts, blocks, count);
}

bool mpg__message_is_for_home(unsigned kind)
{
    return kind == MPG_MESSAGE_READ_REQUEST ||
           kind == MPG_MESSAGE_WRITE_REQUEST ||
           kind == MPG_MESSAGE_PUSH_REQUEST || kind == MPG_MESSAGE_DONE;
}

static void message_step(struct mpg__step *step)
{
    unsigned kind = step->event->message->kind;
    if (mpg__message_is_for_home(kind))
        mpg__home_step(step);
    else if (kind >= MPG_MESSAGE_SUPPLY_READ && kind <= MPG_MESSAGE_GONE)
        mpg__copy_step(step);
    else if (kind >= MPG_MESSAGE_LOCK_REQUEST && kind <= MPG_MESSAGE_LOCK_TOKEN)
        mpg__lock_step(step);
    else if (kind == MPG_MESSAGE_BARRIER_ARRIVE ||
             kind == MPG_MESSAGE_BARRIER_RELEASE)
        mpg__barrier_step(step);
    else
        mpg__peer_broke(step, "a message that is not the protocol's");
}

void mpg__proto_step(struct mpg__node *node, const struct mpg__event *event,
                     struct mpg__actions *out)
{
    struct mpg__step step = {node, event, out};
    out->count = 0;
    switch (event->kind) {
    case MPG_EVENT_WANT:
    case MPG_EVENT_PIN:
    case MPG_EVENT_UNPIN:
    case MPG_EVENT_PUSH:
        mpg__copy_step(&step);
        break;
    case MPG_EVENT_NEXT:
        mpg__home_step(&step);
        break;
    case MPG_EVENT_LOCK:
    case MPG_EVENT_UNLOCK:
        mpg__lock_step(&step);
        break;
    case MPG_EVENT_BARRIER:
        mpg__barrier_step(&step);
        break;
    case MPG_EVENT_MESSAGE:
        message_step(&step);
        break;
    default:
        mpg_assert(!"an event that there is not");
    }
}

struct mpg__action *mpg__act(struct mpg__step *step, enum mpg__action_kind kind)
{
    mpg_assert(step->out->count < MPG_ACTIONS_MAX);
    struct mpg__action *action = &step->out->list[step->out->count++];
    memset(action, 0, sizeof *action);
    action->kind = (uint8_t)kind;
    return action;
}

struct mpg__message mpg__say(const struct mpg__step *step,
                             enum mpg__message_kind kind)
{
    return (struct mpg__message){.kind = (uint8_t)kind,
                                 .from = step->node->self,
                                 .region = step->event->region,
                                 .slot = step->event->slot};
}

void mpg__send(struct mpg__step *step, unsigned host,
               struct mpg__message message)
{
    struct mpg__action *action = mpg__act(step, MPG_ACTION_SEND);
    action->host = (uint16_t)host;
    action->message = message;
}

void mpg__send_data(struct mpg__step *step, unsigned host,
                    struct mpg__message message)
{
    mpg__send(step, host, message);
    step->out->list[step->out->count - 1].with_data = 1;
}

void mpg__peer_broke(struct mpg__step *step, const char *how)
{
    mpg__act(step, MPG_ACTION_FATAL)->text = how;
}

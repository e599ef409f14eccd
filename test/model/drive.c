/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * The driver's half, as the engine has it (runtime/engine/engine.c): a message
 * or a thread's event is one turn of a host, and what the host says to itself
 * on the way, and the homes that want another look, are part of that turn, in
 * order.  The judge looks on after every step.
 */
#include "model.h"

#include <string.h>

/* What the host whose turn it is has said to itself; kind 0 is NEXT.  Empty
 * between turns, so it is no part of the state. */
#define SELF_MAX 64u
static struct flight self_ring[SELF_MAX];
static unsigned self_first, self_count;

unsigned minipage_home(unsigned minipage)
{
    return minipage % model.hosts;
}

unsigned lock_home(unsigned lock)
{
    return lock % model.hosts;
}

static void self_push(struct flight flight)
{
    if (self_count == SELF_MAX)
        model_fail("more than %u messages of a host to itself", SELF_MAX);
    self_ring[(self_first + self_count++) % SELF_MAX] = flight;
}

/* Saying. */

static void say_set(uint64_t set)
{
    for (unsigned i = 0; i < model.hosts; i++)
        if (set >> i & 1)
            fprintf(model.out, " %u", i);
}

static void say_message(const struct mpg__message *message)
{
    unsigned kind = message->kind;
    FILE *out = model.out;
    fputs(mpg__message_name(kind), out);
    if (kind == MPG_MESSAGE_BARRIER_ARRIVE ||
        kind == MPG_MESSAGE_BARRIER_RELEASE)
        fprintf(out, " of round %u", message->slot);
    else if (kind >= MPG_MESSAGE_LOCK_REQUEST && kind <= MPG_MESSAGE_LOCK_TOKEN)
        fprintf(out, " of lock %u", message->slot);
    else
        fprintf(out, " of minipage %u", message->slot);
    if (kind == MPG_MESSAGE_SUPPLY_READ || kind == MPG_MESSAGE_SUPPLY_WRITE ||
        kind == MPG_MESSAGE_INVALIDATE || kind == MPG_MESSAGE_LOCK_NEXT)
        fprintf(out, ", for host %u", message->requester);
    if (kind == MPG_MESSAGE_GRANT_WRITE || kind == MPG_MESSAGE_SUPPLY_WRITE ||
        kind == MPG_MESSAGE_TAKE)
        fprintf(out, ", %u answers needed", message->need);
    if (kind == MPG_MESSAGE_SUPPLY_PUSH) {
        fputs(", for hosts", out);
        say_set(message->arg);
    }
    if (message->flags & MPG_FLAG_CLOSER_REQUESTER)
        fputs(", the requester closes", out);
    if (message->flags & MPG_FLAG_CLOSER_SUPPLIER)
        fputs(", the supplier closes", out);
    if (message->flags & MPG_FLAG_WAS_READ)
        fputs(", it was a read", out);
}

static void say_event(unsigned host, const struct mpg__event *event)
{
    static const char *const words[] = {[MPG_EVENT_PIN] = "pins",
                                        [MPG_EVENT_UNPIN] = "unpins",
                                        [MPG_EVENT_PUSH] = "pushes",
                                        [MPG_EVENT_NEXT] =
                                            "looks at the queue again, of",
                                        [MPG_EVENT_LOCK] = "wants lock",
                                        [MPG_EVENT_UNLOCK] = "gives back lock"};
    FILE *out = model.out;
    fprintf(out, "          host %u ", host);
    if (event->kind == MPG_EVENT_MESSAGE) {
        fputs("gets ", out);
        say_message(event->message);
    } else if (event->kind == MPG_EVENT_BARRIER) {
        fputs("is at the barrier", out);
    } else if (event->kind == MPG_EVENT_WANT) {
        fprintf(out, "wants to %s minipage %u",
                event->access == MPG_ACCESS_WRITE ? "write" : "read",
                event->slot);
    } else {
        fprintf(out, "%s %s%u", words[event->kind],
                event->lock ? "" : "minipage ", event->slot);
    }
    fputc('\n', out);
}

static bool is_sent(const struct mpg__hostsets *sets,
                    const struct mpg__action *action, unsigned host)
{
    return host != action->host && host != action->host2 &&
           mpg__hostset_has(sets, action->set, host);
}

static void say_action(const struct mpg__hostsets *sets,
                       const struct mpg__action *action)
{
    static const char *const words[] = {
        [MPG_ACTION_OPEN_READ] = "opens its vpages to readers",
        [MPG_ACTION_OPEN_WRITE] = "opens its vpages to writers",
        [MPG_ACTION_UPGRADE] = "lets its readers write",
        [MPG_ACTION_PROTECT] = "lets its writers only read",
        [MPG_ACTION_CLOSE] = "closes its vpages",
        [MPG_ACTION_WAKE] = "wakes who waits",
        [MPG_ACTION_LOCK_OWNED] = "gives the lock to its first in line",
        [MPG_ACTION_BARRIER_DONE] = "leaves the barrier",
        [MPG_ACTION_NEXT] = "will look at the queue again"};
    FILE *out = model.out;
    fputs("            it ", out);
    if (action->kind == MPG_ACTION_FATAL) {
        fprintf(out, "refuses: %s", action->text);
    } else if (action->kind == MPG_ACTION_SEND) {
        fprintf(out, "sends host %u ", action->host);
        say_message(&action->message);
    } else if (action->kind == MPG_ACTION_SEND_SET) {
        fputs("sends hosts", out);
        for (unsigned i = 0; i < model.hosts; i++)
            if (is_sent(sets, action, i))
                fprintf(out, " %u", i);
        fputc(' ', out);
        say_message(&action->message);
    } else {
        fputs(words[action->kind], out);
    }
    fputc('\n', out);
}

/* Sending. */

static struct flight pack_message(const struct model_host *host,
                                  const struct mpg__action *action)
{
    const struct mpg__message *message = &action->message;
    if (message->slot > 15 || message->requester >= model.hosts ||
        message->need > model.hosts || message->region || message->epoch ||
        message->from != host->node.self)
        model_fail("host %u sends a %s that cannot be", host->node.self,
                   mpg__message_name(message->kind));
    return (struct flight){.kind = message->kind,
                           .flags = message->flags,
                           .slot = (uint8_t)message->slot,
                           .requester = (uint8_t)message->requester,
                           .need = (uint8_t)message->need,
                           .arg = message->arg & ((1u << model.hosts) - 1),
                           .has_data = action->with_data,
                           .is_current = action->with_data &&
                                         host->is_current[message->slot]};
}

static struct mpg__message unpack_message(unsigned from,
                                          const struct flight *flight)
{
    return (struct mpg__message){.kind = flight->kind,
                                 .flags = flight->flags,
                                 .from = (uint16_t)from,
                                 .slot = flight->slot,
                                 .requester = flight->requester,
                                 .need = flight->need,
                                 .arg = flight->arg};
}

static void send_one(struct state *state, unsigned from, unsigned to,
                     const struct mpg__action *action)
{
    unsigned kind = action->message.kind;
    if (to >= model.hosts)
        model_fail("host %u sends to host %u, which there is not", from, to);
    struct flight flight = pack_message(&state->host[from], action);
    if (kind == MPG_MESSAGE_READ_REQUEST || kind == MPG_MESSAGE_WRITE_REQUEST)
        judge_asked(state, from, flight.slot,
                    kind == MPG_MESSAGE_WRITE_REQUEST ? MPG_ACCESS_WRITE
                                                      : MPG_ACCESS_READ);
    if (from == to) {
        self_push(flight);
        return;
    }
    struct channel *channel = &state->channel[from][to];
    if (channel->count == FLIGHTS_MAX)
        model_fail("more than %d messages from host %u to %u", FLIGHTS_MAX,
                   from, to);
    channel->flight[channel->count++] = flight;
}

/* Performing. */

static void set_page(struct state *state, unsigned number, unsigned minipage,
                     unsigned from, unsigned to)
{
    static const char *const words[] = {"closed", "readable", "writable"};
    uint8_t *page = &state->host[number].page[minipage];
    if (*page != from)
        model_fail("host %u: minipage %u becomes %s but is %s, not %s", number,
                   minipage, words[to], words[*page], words[from]);
    *page = (uint8_t)to;
}

static void perform(struct state *state, unsigned number,
                    const struct mpg__event *event,
                    const struct mpg__action *action)
{
    unsigned slot = event->slot;
    switch (action->kind) {
    case MPG_ACTION_SEND:
        send_one(state, number, action->host, action);
        break;
    case MPG_ACTION_SEND_SET:
        for (unsigned to = 0; to < model.hosts; to++)
            if (is_sent(&state->host[number].node.sets, action, to))
                send_one(state, number, to, action);
        break;
    case MPG_ACTION_OPEN_READ:
        set_page(state, number, slot, MPG_ACCESS_NONE, MPG_ACCESS_READ);
        break;
    case MPG_ACTION_OPEN_WRITE:
        set_page(state, number, slot, MPG_ACCESS_NONE, MPG_ACCESS_WRITE);
        break;
    case MPG_ACTION_UPGRADE:
        set_page(state, number, slot, MPG_ACCESS_READ, MPG_ACCESS_WRITE);
        break;
    case MPG_ACTION_PROTECT:
        set_page(state, number, slot, MPG_ACCESS_WRITE, MPG_ACCESS_READ);
        break;
    case MPG_ACTION_CLOSE:
        if (state->host[number].page[slot] == MPG_ACCESS_NONE)
            model_fail("host %u closes minipage %u, which is closed", number,
                       slot);
        state->host[number].page[slot] = MPG_ACCESS_NONE;
        break;
    case MPG_ACTION_WAKE:
        threads_wake(state, number, slot);
        break;
    case MPG_ACTION_LOCK_OWNED:
        threads_give_lock(state, number, slot);
        break;
    case MPG_ACTION_BARRIER_DONE:
        state->host[number].releases++;
        judge_release(state, number);
        threads_leave_barrier(state, number);
        break;
    case MPG_ACTION_NEXT:
        self_push((struct flight){.slot = (uint8_t)slot});
        break;
    default:
        model_fail("host %u: %s", number, action->text);
    }
}

/* Stepping. */

static void step_once(struct state *state, unsigned number,
                      struct mpg__event *event)
{
    struct model_host *host = &state->host[number];
    struct mpg__actions actions;
    unsigned before = event->copy ? rows_state(event->copy) : 0;
    unsigned page = event->copy ? host->page[event->slot] : MPG_ACCESS_WRITE;
    host->node.waits = host->waits;
    host->node.sets.blocks = host->sharers;
    rows_count(event);
    if (model.is_verbose)
        say_event(number, event);
    mutate_step(&host->node, event, &actions);
    for (uint32_t i = 0; i < actions.count; i++) {
        if (model.is_verbose)
            say_action(&host->node.sets, &actions.list[i]);
        perform(state, number, event, &actions.list[i]);
    }
    if (event->copy)
        rows_arrived(event, before);
    if (event->lock) {
        judge_lock(state, event->slot);
    } else if (!event->barrier) {
        judge_minipage(state, event->slot);
        judge_waits(state, number);
        judge_sharers(state, number);
        if (host->page[event->slot] > page)
            judge_answered(state, number, event->slot);
    }
}

static void step_message(struct state *state, unsigned from, unsigned to,
                         const struct flight *flight)
{
    struct model_host *host = &state->host[to];
    struct mpg__message message = unpack_message(from, flight);
    struct mpg__event event = {
        .kind = MPG_EVENT_MESSAGE, .slot = flight->slot, .message = &message};
    if (flight->kind >= MPG_MESSAGE_BARRIER_ARRIVE) {
        event.barrier = &host->barrier;
    } else if (flight->kind >= MPG_MESSAGE_LOCK_REQUEST) {
        event.home_host = (uint16_t)lock_home(flight->slot);
        event.lock = &host->lock[flight->slot];
    } else {
        event.home_host = (uint16_t)minipage_home(flight->slot);
        if (!flight->kind) {
            event.kind = MPG_EVENT_NEXT;
            event.message = NULL;
        }
        if (flight->kind && !mpg__message_is_for_home(flight->kind))
            event.copy = &host->copy[flight->slot];
        else if (event.home_host == to)
            event.home = &host->home[flight->slot];
        else
            model_fail("host %u gets a %s, and is not the home", to,
                       mpg__message_name(flight->kind));
    }
    judge_heard(state, from, flight->kind, flight->slot);
    if (flight->kind == MPG_MESSAGE_LOCK_TOKEN)
        judge_token(state, to, flight->slot);
    if (flight->kind == MPG_MESSAGE_LOCK_NEXT)
        host->in_front[flight->slot] = (uint8_t)event.lock->waiting;
    step_once(state, to, &event);
}

/* The rest of a host's turn. */
static void settle(struct state *state, unsigned host)
{
    while (self_count) {
        struct flight flight = self_ring[self_first];
        self_first = (self_first + 1) % SELF_MAX;
        self_count--;
        step_message(state, host, host, &flight);
    }
}

static void turn(struct state *state, unsigned host, struct mpg__event *event)
{
    self_first = self_count = 0; /* A turn that failed may have left some. */
    step_once(state, host, event);
    settle(state, host);
}

/* The bytes begin to arrive: until they all have, what is there is neither
 * the old nor the new. */
void drive_land(struct state *state, unsigned from, unsigned to)
{
    struct flight *flight = &state->channel[from][to].flight[0];
    judge_landing(state, to, flight);
    judge_changing(state, to, flight->slot);
    flight->is_landing = 1;
    if (state->host[to].page[flight->slot] == MPG_ACCESS_NONE)
        state->host[to].is_current[flight->slot] = 0;
}

static void place(struct state *state, unsigned to, const struct flight *flight)
{
    judge_changing(state, to, flight->slot);
    state->host[to].is_current[flight->slot] = flight->is_current;
}

void drive_deliver(struct state *state, unsigned from, unsigned to)
{
    struct channel *channel = &state->channel[from][to];
    struct flight flight = channel->flight[0];
    memmove(channel->flight, channel->flight + 1,
            --channel->count * sizeof channel->flight[0]);
    self_first = self_count = 0;
    if (flight.has_data)
        judge_landing(state, to, &flight);
    if (flight.has_data && !mutate_bytes_are_late())
        place(state, to, &flight); /* P3 */
    step_message(state, from, to, &flight);
    if (flight.has_data && mutate_bytes_are_late())
        place(state, to, &flight);
    settle(state, to);
}

void drive_copy(struct state *state, unsigned number, unsigned kind,
                unsigned minipage, unsigned access)
{
    struct mpg__event event = {.kind = (uint8_t)kind,
                               .access = (uint8_t)access,
                               .slot = minipage,
                               .home_host = (uint16_t)minipage_home(minipage),
                               .copy = &state->host[number].copy[minipage]};
    turn(state, number, &event);
}

void drive_lock(struct state *state, unsigned number, unsigned kind,
                unsigned lock)
{
    struct mpg__event event = {.kind = (uint8_t)kind,
                               .slot = lock,
                               .home_host = (uint16_t)lock_home(lock),
                               .lock = &state->host[number].lock[lock]};
    turn(state, number, &event);
}

void drive_barrier(struct state *state, unsigned number)
{
    struct mpg__event event = {.kind = MPG_EVENT_BARRIER,
                               .barrier = &state->host[number].barrier};
    turn(state, number, &event);
}

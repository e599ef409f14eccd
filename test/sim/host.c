/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * The driver's half, as the engine has it (runtime/engine/engine.c): a message
 * or a thread's event is one turn of a host, and what the host says to itself
 * on the way, and the homes that want another look, are part of that turn, in
 * order.  The oracle looks on.
 */
#include "model/mutate.h"
#include "sim.h"

#include <stdio.h>

/* What the host whose turn it is has said to itself; kind 0 is NEXT. */
enum { SELF_MAX = 64 };
struct turn {
    struct sim *sim;
    unsigned host;
    struct mpg__message ring[SELF_MAX];
    unsigned first, count;
};

static void say_to_self(struct turn *turn, const struct mpg__message *message)
{
    if (turn->count == SELF_MAX)
        sim_fail(turn->sim, "more than %d messages of host %u to itself",
                 SELF_MAX, turn->host);
    turn->ring[(turn->first + turn->count++) % SELF_MAX] = *message;
}

/* As MPG_HOMES_BLOCK: arrays are dealt as loops divide them.  Behind them one
 * minipage for each lock, homed where the lock is. */
unsigned minipage_home(const struct sim *sim, unsigned minipage)
{
    unsigned arrays = sim->config.minipages * sim->config.hosts;
    return minipage < arrays ? minipage / sim->config.minipages
                             : (minipage - arrays) % sim->config.hosts;
}

struct place *host_place(struct sim *sim, unsigned host, unsigned minipage)
{
    struct place *place =
        table_get(&sim->places, (uint64_t)host << 32 | minipage);
    struct minipage *truth = &sim->minipage[minipage];
    /* A new entry's host is 0 like its minipage: told by not being listed. */
    if (!place->next_of_minipage) {
        place->host = host;
        place->minipage = minipage;
        place->next_of_minipage = truth->places ? truth->places : place;
        truth->places = place;
        sim->host[host].places++;
    }
    return place;
}

/* Sending. */

static enum sim_cause cause_of(const struct mpg__message *message)
{
    switch (message->kind) {
    case MPG_MESSAGE_READ_REQUEST:
    case MPG_MESSAGE_SUPPLY_READ:
    case MPG_MESSAGE_GRANT_READ:
    case MPG_MESSAGE_COPY:
        return CAUSE_READ;
    case MPG_MESSAGE_DONE:
        return message->flags & MPG_FLAG_WAS_READ ? CAUSE_READ : CAUSE_WRITE;
    case MPG_MESSAGE_LOCK_REQUEST:
    case MPG_MESSAGE_LOCK_NEXT:
    case MPG_MESSAGE_LOCK_TOKEN:
        return CAUSE_LOCK;
    case MPG_MESSAGE_BARRIER_ARRIVE:
    case MPG_MESSAGE_BARRIER_RELEASE:
        return CAUSE_BARRIER;
    default:
        return CAUSE_WRITE;
    }
}

static void send_one(struct turn *turn, unsigned to,
                     const struct mpg__action *action)
{
    struct sim *sim = turn->sim;
    struct flight flight = {.message = action->message,
                            .has_data = action->with_data};
    if (action->with_data)
        flight.version =
            host_place(sim, turn->host, action->message.slot)->version;
    oracle_send(sim, turn->host, to, &flight);
    if (action->message.kind == MPG_MESSAGE_LOCK_TOKEN)
        oracle_token(sim, &flight, 1);
    if (to == turn->host) {
        say_to_self(turn, &action->message);
        return;
    }
    sim->counts.messages[cause_of(&action->message)]++;
    sim->counts.with_data += action->with_data;
    sim->host[turn->host].sent++;
    sim->host[to].received++;
    network_send(sim, turn->host, to, &flight);
}

static void send_set(struct turn *turn, const struct mpg__action *action)
{
    const struct mpg__hostsets *sets = &turn->sim->host[turn->host].node.sets;
    unsigned to = mpg__hostset_next(sets, action->set, 0);
    for (; to < sets->hosts; to = mpg__hostset_next(sets, action->set, to + 1))
        if (to != action->host && to != action->host2)
            send_one(turn, to, action);
}

/* Performing. */

static void set_page(struct turn *turn, unsigned minipage, unsigned from,
                     unsigned to)
{
    oracle_page(turn->sim, host_place(turn->sim, turn->host, minipage), from,
                to);
}

static void perform(struct turn *turn, const struct mpg__event *event,
                    const struct mpg__action *action)
{
    unsigned slot = event->slot;
    struct mpg__message again = {.slot = slot};
    switch ((enum mpg__action_kind)action->kind) {
    case MPG_ACTION_SEND:
        send_one(turn, action->host, action);
        break;
    case MPG_ACTION_SEND_SET:
        send_set(turn, action);
        break;
    case MPG_ACTION_OPEN_READ:
        set_page(turn, slot, MPG_ACCESS_NONE, MPG_ACCESS_READ);
        break;
    case MPG_ACTION_OPEN_WRITE:
        set_page(turn, slot, MPG_ACCESS_NONE, MPG_ACCESS_WRITE);
        break;
    case MPG_ACTION_UPGRADE:
        set_page(turn, slot, MPG_ACCESS_READ, MPG_ACCESS_WRITE);
        break;
    case MPG_ACTION_PROTECT:
        set_page(turn, slot, MPG_ACCESS_WRITE, MPG_ACCESS_READ);
        break;
    case MPG_ACTION_CLOSE:
        set_page(turn, slot, host_place(turn->sim, turn->host, slot)->page,
                 MPG_ACCESS_NONE);
        break;
    case MPG_ACTION_WAKE:
        thread_wake(turn->sim, turn->host, slot);
        break;
    case MPG_ACTION_LOCK_OWNED:
        thread_has_lock(turn->sim, turn->host, slot);
        break;
    case MPG_ACTION_BARRIER_DONE:
        thread_passes(turn->sim, turn->host);
        break;
    case MPG_ACTION_NEXT:
        say_to_self(turn, &again);
        break;
    case MPG_ACTION_FATAL:
        sim_fail(turn->sim, "host %u: %s", turn->host, action->text);
    }
}

/* Stepping. */

static void say_step(const struct turn *turn, const struct mpg__event *event)
{
    static const char *const events[] = {"WANT", "PIN",  "UNPIN",  "PUSH",   "",
                                         "NEXT", "LOCK", "UNLOCK", "BARRIER"};
    const struct mpg__message *message = event->message;
    fprintf(stderr, "%12llu  host %-4u ", (unsigned long long)turn->sim->now,
            turn->host);
    if (message)
        fprintf(stderr, "%s from %u for %u, need %u, flags %x\n",
                mpg__message_name(message->kind), message->from,
                message->requester, message->need, message->flags);
    else
        fprintf(stderr, "%s access %u\n", events[event->kind], event->access);
}

static void step(struct turn *turn, struct mpg__event *event)
{
    struct sim *sim = turn->sim;
    struct mpg__actions actions;
    if (++sim->counts.steps > sim->config.steps_max)
        sim_end(sim, MISUSED, "not at its end after --steps %llu",
                (unsigned long long)sim->config.steps_max);
    if ((event->copy || event->home) && event->slot == sim->config.traced)
        say_step(turn, event);
    mutate_step(&sim->host[turn->host].node, event, &actions);
    for (uint32_t i = 0; i < actions.count; i++)
        perform(turn, event, &actions.list[i]);
}

static void about_minipage(struct turn *turn, struct mpg__event *event)
{
    struct sim *sim = turn->sim;
    struct minipage *truth = &sim->minipage[event->slot];
    bool is_for_home =
        event->kind == MPG_EVENT_NEXT ||
        (event->message && mpg__message_is_for_home(event->message->kind));
    event->home_host = (uint16_t)minipage_home(sim, event->slot);
    if (!is_for_home) {
        event->copy = &host_place(sim, turn->host, event->slot)->copy;
        return;
    }
    if (event->home_host != turn->host)
        sim_fail(sim, "host %u is not the home of minipage %u", turn->host,
                 event->slot);
    event->home = &truth->home;
    sim->host[turn->host].homes += !truth->is_home_used;
    truth->is_home_used = true;
}

static struct mpg__lock *lock_at(struct sim *sim, unsigned host, unsigned lock)
{
    struct lock_place *place =
        table_get(&sim->lock_places, (uint64_t)host << 32 | lock);
    if (!place->lock.is_known)
        sim->host[host].locks++;
    return &place->lock;
}

static void step_message(struct turn *turn, const struct mpg__message *message)
{
    struct sim *sim = turn->sim;
    struct mpg__event event = {
        .kind = MPG_EVENT_MESSAGE, .slot = message->slot, .message = message};
    if (!message->kind) {
        event.kind = MPG_EVENT_NEXT;
        event.message = NULL;
    }
    if (message->kind >= MPG_MESSAGE_BARRIER_ARRIVE) {
        event.barrier = &sim->host[turn->host].barrier;
    } else if (message->kind >= MPG_MESSAGE_LOCK_REQUEST) {
        event.home_host = (uint16_t)(message->slot % sim->config.hosts);
        event.lock = lock_at(sim, turn->host, message->slot);
    } else {
        about_minipage(turn, &event);
    }
    if (message->kind == MPG_MESSAGE_LOCK_TOKEN) {
        struct flight flight = {.message = *message};
        oracle_token(sim, &flight, -1);
    }
    step(turn, &event);
}

/* The rest of a host's turn. */
static void settle(struct turn *turn)
{
    while (turn->count) {
        struct mpg__message message = turn->ring[turn->first];
        turn->first = (turn->first + 1) % SELF_MAX;
        turn->count--;
        step_message(turn, &message);
    }
}

void host_copy(struct sim *sim, unsigned host, unsigned kind, unsigned minipage,
               unsigned access)
{
    struct turn turn = {.sim = sim, .host = host};
    struct mpg__event event = {
        .kind = (uint8_t)kind, .access = (uint8_t)access, .slot = minipage};
    about_minipage(&turn, &event);
    step(&turn, &event);
    settle(&turn);
}

void host_lock(struct sim *sim, unsigned host, unsigned kind, unsigned lock)
{
    struct turn turn = {.sim = sim, .host = host};
    struct mpg__event event = {.kind = (uint8_t)kind,
                               .slot = lock,
                               .home_host =
                                   (uint16_t)(lock % sim->config.hosts),
                               .lock = lock_at(sim, host, lock)};
    step(&turn, &event);
    settle(&turn);
}

void host_barrier(struct sim *sim, unsigned host)
{
    struct turn turn = {.sim = sim, .host = host};
    struct mpg__event event = {.kind = MPG_EVENT_BARRIER,
                               .barrier = &sim->host[host].barrier};
    step(&turn, &event);
    settle(&turn);
}

/* The bytes come before the message is delivered (P3). */
static void deliver(struct sim *sim, const struct flight *flight)
{
    struct turn turn = {.sim = sim, .host = flight->to};
    struct place *place = NULL;
    if (flight->has_data) {
        place = host_place(sim, flight->to, flight->message.slot);
        oracle_land(sim, flight->message.from, place, flight);
        if (!mutate_bytes_are_late())
            place->version = flight->version;
    }
    step_message(&turn, &flight->message);
    if (place)
        place->version = flight->version;
    settle(&turn);
}

void host_run(struct sim *sim)
{
    struct happening happening;
    struct flight flight;
    while (network_next(sim, &happening, &flight))
        if (happening.is_thread)
            thread_run(sim, happening.number);
        else
            deliver(sim, &flight);
}

/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * The driver's half of the simulated job: it keeps the promises P1 to P4 of
 * proto.h and performs what the protocol says.  world_check.c judges.
 */
#include "world.h"

#include <stdlib.h>
#include <string.h>

#define VERSION_TORN UINT64_MAX /* bytes that are on their way in */

const struct world *world_now;

/* Messages on their way. */

static struct channel *channel_of(struct world *world, unsigned from,
                                  unsigned to)
{
    return &world->channel[from * world->hosts + to];
}

static void post(struct world *world, unsigned from, unsigned to,
                 const struct mpg__action *action)
{
    struct channel *channel = channel_of(world, from, to);
    uint32_t index = world->flights_free;
    if (to >= world->hosts)
        world_fail(world, "a message to host %u, which there is not", to);
    if (index)
        world->flights_free = world->flight[index].next;
    else if (world->flights_used + 1 < WORLD_FLIGHTS)
        index = ++world->flights_used;
    else
        world_fail(world, "more than %d messages under way", WORLD_FLIGHTS);
    struct flight *flight = &world->flight[index];
    *flight = (struct flight){.message = action->message,
                              .has_data = action->with_data};
    if (action->message.from != from)
        world_fail(world, "a message in the name of another host");
    const char *refusal =
        mpg__message_refusal(&action->message, from, world->hosts);
    if (refusal)
        world_fail(world, "message refused: %s", refusal);
    if (action->with_data) {
        flight->version = world->host[from].version[action->message.slot];
        if (flight->version != world->latest[action->message.slot])
            world_fail(world, "host %u sends old bytes to %u", from, to);
    }
    if (channel->head) {
        world->flight[channel->tail].next = index;
    } else {
        channel->head = index;
        channel->place = world->active_count;
        world->active[world->active_count++] = from * world->hosts + to;
    }
    channel->tail = index;
    if (action->message.kind == MPG_MESSAGE_LOCK_TOKEN)
        world->tokens[action->message.slot]++;
    world->messages += from != to;
    world->messages_with_data += from != to && action->with_data;
}

static struct flight take_first(struct world *world, unsigned number)
{
    struct channel *channel = &world->channel[number];
    uint32_t index = channel->head;
    struct flight flight = world->flight[index];
    channel->head = flight.next;
    world->flight[index].next = world->flights_free;
    world->flights_free = index;
    if (!channel->head) {
        uint32_t last = world->active[--world->active_count];
        world->active[channel->place] = last;
        world->channel[last].place = channel->place;
    }
    if (flight.message.kind == MPG_MESSAGE_LOCK_TOKEN)
        world->tokens[flight.message.slot]--;
    return flight;
}

/* Performing actions. */

static void set_page(struct world *world, unsigned host, unsigned minipage,
                     unsigned from, unsigned to)
{
    uint8_t *page = &world->host[host].page[minipage];
    if (*page != from)
        world_fail(world, "host %u: vpage goes from %u to %u but is %u", host,
                   from, to, *page);
    *page = (uint8_t)to;
}

static void close_page(struct world *world, unsigned host, unsigned minipage)
{
    uint8_t *page = &world->host[host].page[minipage];
    if (*page == MPG_ACCESS_NONE)
        world_fail(world, "host %u closes a vpage that is closed", host);
    *page = MPG_ACCESS_NONE;
}

static void wake(struct world_host *host, unsigned minipage)
{
    for (unsigned i = 0; i < WORLD_THREADS; i++) {
        struct world_thread *thread = &host->thread[i];
        if (thread->state == THREAD_WAITS && thread->minipage == minipage)
            thread->state = THREAD_RUNS;
    }
}

static void give_lock(struct world *world, unsigned number, unsigned lock)
{
    struct world_host *host = &world->host[number];
    struct world_thread *first = NULL;
    for (unsigned i = 0; i < WORLD_THREADS; i++) {
        struct world_thread *thread = &host->thread[i];
        if (thread->state == THREAD_IN_LINE && thread->minipage == lock &&
            (!first || thread->ticket < first->ticket))
            first = thread;
    }
    if (!first)
        world_fail(world, "host %u has a lock that no thread wants", number);
    if (world->holder[lock] >= 0)
        world_fail(world, "lock %u is held by host %d and %u", lock,
                   world->holder[lock], number);
    first->state = THREAD_HOLDS;
    world->holder[lock] = (int)number;
    if (host->lock[lock].successor == MPG_HOST_NONE)
        return;
    if (!host->in_front[lock])
        world_fail(world, "host %u overtakes the lock's successor", number);
    host->in_front[lock]--;
}

static void send_set(struct world *world, unsigned from,
                     const struct mpg__action *action)
{
    const struct mpg__hostsets *sets = &world->host[from].node.sets;
    unsigned to = mpg__hostset_next(sets, action->set, 0);
    for (; to < world->hosts; to = mpg__hostset_next(sets, action->set, to + 1))
        if (to != action->host && to != action->host2)
            post(world, from, to, action);
}

/* One NEXT of a minipage is as good as several: it makes its own successor. */
static void post_next(struct world_host *host, unsigned minipage)
{
    for (uint32_t i = 0; i < host->nexts_count; i++)
        if (host->nexts[i] == minipage)
            return;
    host->nexts[host->nexts_count++] = (uint8_t)minipage;
}

static void perform(struct world *world, unsigned number, unsigned slot,
                    const struct mpg__action *action)
{
    struct world_host *host = &world->host[number];
    switch (action->kind) {
    case MPG_ACTION_SEND:
        post(world, number, action->host, action);
        break;
    case MPG_ACTION_SEND_SET:
        send_set(world, number, action);
        break;
    case MPG_ACTION_OPEN_READ:
        set_page(world, number, slot, MPG_ACCESS_NONE, MPG_ACCESS_READ);
        break;
    case MPG_ACTION_OPEN_WRITE:
        set_page(world, number, slot, MPG_ACCESS_NONE, MPG_ACCESS_WRITE);
        break;
    case MPG_ACTION_UPGRADE:
        set_page(world, number, slot, MPG_ACCESS_READ, MPG_ACCESS_WRITE);
        break;
    case MPG_ACTION_PROTECT:
        set_page(world, number, slot, MPG_ACCESS_WRITE, MPG_ACCESS_READ);
        break;
    case MPG_ACTION_CLOSE:
        close_page(world, number, slot);
        break;
    case MPG_ACTION_WAKE:
        wake(host, slot);
        break;
    case MPG_ACTION_LOCK_OWNED:
        give_lock(world, number, slot);
        break;
    case MPG_ACTION_BARRIER_DONE:
        host->releases++;
        world_check_release(world, number);
        break;
    case MPG_ACTION_NEXT:
        post_next(host, slot);
        break;
    default:
        world_fail(world, "host %u: %s", number, action->text);
    }
}

/* One step of a host, and what it entails. */

static bool is_about_copy(const struct mpg__event *event)
{
    if (event->kind == MPG_EVENT_MESSAGE)
        return event->message->kind >= MPG_MESSAGE_SUPPLY_READ &&
               event->message->kind <= MPG_MESSAGE_GONE;
    return event->kind <= MPG_EVENT_PUSH;
}

static void step_once(struct world *world, unsigned number,
                      struct mpg__event *event)
{
    struct world_host *host = &world->host[number];
    struct mpg__actions actions;
    if (event->copy && is_about_copy(event))
        world_count_rule(world, event);
    world->steps++;
    world_trace(world, number, event);
    mpg__proto_step(&host->node, event, &actions);
    world_trace_after(world, event);
    for (uint32_t i = 0; i < actions.count; i++)
        perform(world, number, event->slot, &actions.list[i]);
    if (event->lock)
        world_check_lock(world, event->slot);
    else if (!event->barrier)
        world_check_minipage(world, event->slot);
}

static struct mpg__event about_minipage(struct world *world, unsigned number,
                                        unsigned kind, unsigned minipage)
{
    struct world_host *host = &world->host[number];
    return (struct mpg__event){
        .kind = (uint8_t)kind,
        .home_host = (uint16_t)((minipage + world->seed) % world->hosts),
        .slot = minipage,
        .copy = &host->copy[minipage],
        .home = &host->home[minipage]};
}

static struct mpg__event about_lock(struct world *world, unsigned number,
                                    unsigned kind, unsigned lock)
{
    return (struct mpg__event){
        .kind = (uint8_t)kind,
        .home_host = (uint16_t)((lock + world->seed / 7) % world->hosts),
        .slot = lock,
        .lock = &world->host[number].lock[lock]};
}

void world_next(struct world *world, unsigned number)
{
    struct world_host *host = &world->host[number];
    struct mpg__event event =
        about_minipage(world, number, MPG_EVENT_NEXT, host->nexts[0]);
    memmove(host->nexts, host->nexts + 1, --host->nexts_count);
    step_once(world, number, &event);
}

static void step(struct world *world, unsigned number, struct mpg__event event)
{
    step_once(world, number, &event);
    while (!world->is_next_late && world->host[number].nexts_count)
        world_next(world, number);
}

/* The bytes come before the message (P3); how long before is the seed's
 * choice.  They are sent from where they lie, not from a copy, so they must
 * lie there unchanged until the last has arrived.  Answers whether it has. */
static bool land(struct world *world, unsigned from, unsigned to,
                 struct flight *flight)
{
    unsigned minipage = flight->message.slot;
    struct world_host *host = &world->host[to];
    if (!flight->is_landing) {
        flight->is_landing = 1;
        if (!mpg__copy_accepts_data(&host->copy[minipage],
                                    flight->message.kind))
            world_fail(world, "host %u cannot place the bytes of a %s", to,
                       mpg__message_name(flight->message.kind));
        if (host->version[minipage] != flight->version)
            host->version[minipage] = VERSION_TORN;
        world_check_minipage(world, minipage);
        if (world->is_landing_slow)
            return false;
    }
    if (from != to && world->host[from].version[minipage] != flight->version)
        world_fail(world, "host %u changes bytes while it sends them", from);
    host->version[minipage] = flight->version;
    return true;
}

void world_deliver(struct world *world, unsigned number)
{
    unsigned from = number / world->hosts, to = number % world->hosts;
    struct flight *first = &world->flight[world->channel[number].head];
    if (first->has_data && !land(world, from, to, first))
        return;
    struct flight flight = take_first(world, number);
    unsigned kind = flight.message.kind, slot = flight.message.slot;
    struct mpg__event event;
    if (kind >= MPG_MESSAGE_LOCK_REQUEST && kind <= MPG_MESSAGE_LOCK_TOKEN) {
        event = about_lock(world, to, MPG_EVENT_MESSAGE, slot);
        world_check_line(world, to, from, kind, slot);
    } else if (kind >= MPG_MESSAGE_BARRIER_ARRIVE) {
        event = (struct mpg__event){.kind = MPG_EVENT_MESSAGE,
                                    .barrier = &world->host[to].barrier};
    } else {
        event = about_minipage(world, to, MPG_EVENT_MESSAGE, slot);
        if (mpg__message_is_for_home(kind) && event.home_host != to)
            world_fail(world, "host %u is not the home", to);
    }
    event.message = &flight.message;
    step(world, to, event);
}

/* What threads do. */

/* Whether the access could be made; the page table alone decides. */
static bool try_access(struct world *world, unsigned number, unsigned minipage,
                       unsigned access)
{
    struct world_host *host = &world->host[number];
    if (host->page[minipage] < access)
        return false;
    if (access == MPG_ACCESS_WRITE)
        host->version[minipage] = ++world->latest[minipage];
    world_check_minipage(world, minipage);
    return true;
}

void world_fault(struct world *world, unsigned number, unsigned index,
                 unsigned minipage, unsigned access)
{
    if (try_access(world, number, minipage, access))
        return;
    struct world_thread *thread = &world->host[number].thread[index];
    thread->state = THREAD_RUNS;
    thread->minipage = (uint8_t)minipage;
    thread->access = (uint8_t)access;
    step(world, number, about_minipage(world, number, MPG_EVENT_PIN, minipage));
}

void world_run(struct world *world, unsigned number, unsigned index)
{
    struct world_thread *thread = &world->host[number].thread[index];
    unsigned minipage = thread->minipage;
    if (try_access(world, number, minipage, thread->access)) {
        thread->state = THREAD_IDLE;
        step(world, number,
             about_minipage(world, number, MPG_EVENT_UNPIN, minipage));
        return;
    }
    thread->state = THREAD_WAITS;
    world_prefetch(world, number, minipage, thread->access);
}

void world_prefetch(struct world *world, unsigned number, unsigned minipage,
                    unsigned access)
{
    struct mpg__event event =
        about_minipage(world, number, MPG_EVENT_WANT, minipage);
    event.access = (uint8_t)access;
    step(world, number, event);
}

void world_push(struct world *world, unsigned number, unsigned minipage)
{
    step(world, number,
         about_minipage(world, number, MPG_EVENT_PUSH, minipage));
}

void world_lock(struct world *world, unsigned number, unsigned index,
                unsigned lock)
{
    struct world_host *host = &world->host[number];
    struct world_thread *thread = &host->thread[index];
    thread->state = THREAD_IN_LINE;
    thread->minipage = (uint8_t)lock;
    thread->ticket = host->tickets[lock]++;
    step(world, number, about_lock(world, number, MPG_EVENT_LOCK, lock));
}

void world_unlock(struct world *world, unsigned number, unsigned index)
{
    struct world_thread *thread = &world->host[number].thread[index];
    thread->state = THREAD_IDLE;
    world->holder[thread->minipage] = -1;
    step(world, number,
         about_lock(world, number, MPG_EVENT_UNLOCK, thread->minipage));
}

bool world_may_arrive(const struct world *world, unsigned number)
{
    const struct world_host *host = &world->host[number];
    return host->arrivals == host->releases;
}

void world_arrive(struct world *world, unsigned number)
{
    struct world_host *host = &world->host[number];
    host->arrivals++;
    step(world, number,
         (struct mpg__event){.kind = MPG_EVENT_BARRIER,
                             .barrier = &host->barrier});
}

/* Beginning and end. */

void world_open(struct world *world, uint64_t seed, unsigned hosts,
                unsigned minipages, unsigned locks, unsigned threads)
{
    world_now = world;
    world->seed = seed;
    world->hosts = hosts;
    world->minipages = minipages;
    world->locks = locks;
    world->threads = threads;
    world->trace_count = 0;
    world->active_count = 0;
    world->flights_free = world->flights_used = 0;
    memset(world->latest, 0, sizeof world->latest);
    memset(world->host, 0, hosts * sizeof world->host[0]);
    memset(world->channel, 0, hosts * hosts * sizeof world->channel[0]);
    memset(world->tokens, 0, sizeof world->tokens);
    memset(world->line_head, 0, sizeof world->line_head);
    memset(world->line_tail, 0, sizeof world->line_tail);
    for (unsigned lock = 0; lock < WORLD_LOCKS; lock++)
        world->holder[lock] = -1;
    for (unsigned i = 0; i < hosts; i++) {
        /* Exactly enough: one entry too few would be seen as FATAL. */
        uint32_t waits = 1 + minipages * MPG_WAITS_PER_MINIPAGE(hosts);
        world->host[i].waits = calloc(waits, sizeof(struct mpg__wait));
        mpg__node_init(&world->host[i].node, i, hosts, world->host[i].waits,
                       waits);
        /* Few, so that some seeds have all forms of a set. */
        mpg__node_give_sharers(&world->host[i].node, world->host[i].sharers,
                               1 + seed % WORLD_SHARERS);
    }
}

void world_close(struct world *world)
{
    for (unsigned i = 0; i < world->hosts; i++)
        free(world->host[i].waits);
    world_now = NULL;
}

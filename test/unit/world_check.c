/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * What must hold in the simulated job after every step, and at its end; and
 * the trace that explains a step after which it does not.  Numbers such as C1
 * are those of the protocol's own files.
 */
#include "world.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { HOME_WRITING = 2 }; /* the last state of home.c */

const char *const world_states[WORLD_STATES] = {
    "INVALID", "READING", "WRITING", "SHARED", "UPGRADING", "OWNED"};

const char *const world_columns[WORLD_COLUMNS] = {
    "want read",    "want write",  "COPY",      "GRANT_READ",
    "TAKE",         "GRANT_WRITE", "GONE",      "SUPPLY_READ",
    "SUPPLY_WRITE", "SUPPLY_PUSH", "INVALIDATE"};

/* Rules that fire. */

static unsigned state_of(const struct mpg__copy *copy)
{
    if (copy->access == MPG_ACCESS_WRITE)
        return 5;
    if (copy->access == MPG_ACCESS_READ)
        return copy->asked == MPG_ACCESS_WRITE ? 4 : 3;
    return copy->asked;
}

static unsigned column_of(const struct mpg__event *event)
{
    if (event->kind == MPG_EVENT_WANT)
        return event->access == MPG_ACCESS_WRITE;
    static const uint8_t order[] = {
        MPG_MESSAGE_COPY,         MPG_MESSAGE_GRANT_READ,
        MPG_MESSAGE_TAKE,         MPG_MESSAGE_GRANT_WRITE,
        MPG_MESSAGE_GONE,         MPG_MESSAGE_SUPPLY_READ,
        MPG_MESSAGE_SUPPLY_WRITE, MPG_MESSAGE_SUPPLY_PUSH,
        MPG_MESSAGE_INVALIDATE};
    unsigned i = 0;
    while (order[i] != event->message->kind)
        i++;
    return 2 + i;
}

void world_count_rule(struct world *world, const struct mpg__event *event)
{
    if (event->kind == MPG_EVENT_WANT || event->kind == MPG_EVENT_MESSAGE)
        world->fired[state_of(event->copy)][column_of(event)]++;
}

/* The trace. */

void world_trace(struct world *world, unsigned host,
                 const struct mpg__event *event)
{
    struct trace_entry *entry =
        &world->trace[world->trace_count++ % WORLD_TRACE];
    *entry = (struct trace_entry){.step = world->steps,
                                  .host = (uint16_t)host,
                                  .kind = event->kind,
                                  .access = event->access,
                                  .slot = event->slot,
                                  .is_lock = event->lock != NULL,
                                  .is_barrier = event->barrier != NULL};
    if (event->message)
        entry->message = *event->message;
}

void world_trace_after(struct world *world, const struct mpg__event *event)
{
    if (!event->copy)
        return;
    struct trace_entry *entry =
        &world->trace[(world->trace_count - 1) % WORLD_TRACE];
    entry->state = (uint8_t)state_of(event->copy);
    entry->pins = (uint8_t)event->copy->pins;
    entry->deferred = event->copy->deferred;
    entry->home_state = event->home->state;
}

static void print_entry(const struct trace_entry *entry)
{
    static const char *const events[] = {"WANT", "PIN",  "UNPIN",  "PUSH",   "",
                                         "NEXT", "LOCK", "UNLOCK", "BARRIER"};
    const struct mpg__message *message = &entry->message;
    fprintf(stderr, "%8llu  host %-2u ", (unsigned long long)entry->step,
            entry->host);
    if (entry->kind == MPG_EVENT_MESSAGE)
        fprintf(stderr, "%-14s from %-2u for %-2u need %u flags %x",
                mpg__message_name(message->kind), message->from,
                message->requester, message->need, message->flags);
    else
        fprintf(stderr, "%-14s access %u%20s", events[entry->kind],
                entry->access, "");
    if (!entry->is_lock && !entry->is_barrier)
        fprintf(stderr, "  -> %s pins %u deferred %s home state %u",
                world_states[entry->state], entry->pins,
                mpg__message_name(entry->deferred), entry->home_state);
    fputc('\n', stderr);
}

/* The last steps about the same thing as the last one. */
static void print_trace(const struct world *world)
{
    enum { SHOWN = 60 };
    uint64_t count = world->trace_count, first = count;
    if (!count)
        return;
    const struct trace_entry *last = &world->trace[(count - 1) % WORLD_TRACE];
    uint32_t shown[SHOWN], n = 0;
    while (first && count - first < WORLD_TRACE && n < SHOWN) {
        const struct trace_entry *entry = &world->trace[--first % WORLD_TRACE];
        if (entry->is_lock == last->is_lock &&
            entry->is_barrier == last->is_barrier && entry->slot == last->slot)
            shown[n++] = (uint32_t)(first % WORLD_TRACE);
    }
    fprintf(stderr, "the last %u steps about %s %u:\n", n,
            last->is_lock      ? "lock"
            : last->is_barrier ? "barrier"
                               : "minipage",
            last->slot);
    while (n)
        print_entry(&world->trace[shown[--n]]);
}

void world_fail(const struct world *world, const char *format, ...)
{
    va_list arguments;
    if (world) {
        print_trace(world);
        fprintf(stderr, "seed %llu: %u hosts, %u minipages: step %llu: ",
                (unsigned long long)world->seed, world->hosts, world->minipages,
                (unsigned long long)world->steps);
    }
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    exit(1);
}

_Noreturn void mpg__assert_fail(const char *condition, const char *file,
                                int line);
_Noreturn void mpg__assert_fail(const char *condition, const char *file,
                                int line)
{
    world_fail(world_now, "%s:%d: assertion failed: %s", file, line, condition);
}

/* After every step. */

void world_check_minipage(struct world *world, unsigned minipage)
{
    unsigned readers = 0, writers = 0;
    unsigned home_host = (unsigned)((minipage + world->seed) % world->hosts);
    const struct mpg__home *home = &world->host[home_host].home[minipage];
    struct mpg__hostset copies = {home->copies, home->copies_tag};
    const struct mpg__hostsets *sets = &world->host[home_host].node.sets;
    for (unsigned i = 0; i < world->hosts; i++) {
        const struct world_host *host = &world->host[i];
        unsigned page = host->page[minipage];
        if (page != host->copy[minipage].access)
            world_fail(world, "host %u: vpage allows %u, copy says %u", i, page,
                       host->copy[minipage].access);
        if (page == MPG_ACCESS_NONE)
            continue;
        readers++;
        writers += page == MPG_ACCESS_WRITE;
        if (host->version[minipage] != world->latest[minipage])
            world_fail(world, "host %u reads version %lld, latest is %llu", i,
                       (long long)host->version[minipage],
                       (unsigned long long)world->latest[minipage]);
        if (home->state != HOME_WRITING && !mpg__hostset_has(sets, copies, i))
            world_fail(world, "host %u has a copy its home forgot (H1)", i);
    }
    if (writers && readers > 1)
        world_fail(world, "%u writers among %u holders (C1)", writers, readers);
}

void world_check_lock(struct world *world, unsigned lock)
{
    unsigned tokens = world->tokens[lock];
    unsigned home = (unsigned)((lock + world->seed / 7) % world->hosts);
    for (unsigned i = 0; i < world->hosts; i++) {
        const struct mpg__lock *state = &world->host[i].lock[lock];
        tokens += state->is_here || (i == home && !state->is_known);
        if (state->is_held != (world->holder[lock] == (int)i))
            world_fail(world, "host %u held %u, holder %d", i, state->is_held,
                       world->holder[lock]);
    }
    if (tokens != 1)
        world_fail(world, "%u tokens of lock %u (L1)", tokens, lock);
}

/* The home hears requests in some order; tokens must arrive in that order,
 * and whoever has a successor lets only those pass who stood there before. */
void world_check_line(struct world *world, unsigned to, unsigned from,
                      unsigned kind, unsigned lock)
{
    uint32_t *tail = &world->line_tail[lock], *head = &world->line_head[lock];
    if (kind == MPG_MESSAGE_LOCK_REQUEST)
        world->line[lock][(*tail)++ % WORLD_LINE] = (uint16_t)from;
    else if (kind == MPG_MESSAGE_LOCK_NEXT)
        world->host[to].in_front[lock] = world->host[to].lock[lock].waiting;
    else if (world->line[lock][(*head)++ % WORLD_LINE] != to)
        world_fail(world, "host %u has lock %u out of turn", to, lock);
}

void world_check_release(struct world *world, unsigned host)
{
    uint32_t round = world->host[host].releases;
    for (unsigned i = 0; i < world->hosts; i++)
        if (world->host[i].arrivals < round)
            world_fail(world, "host %u leaves round %u before host %u came",
                       host, round, i);
}

/* At the end. */

/* Every block of the host's copy sets is in one of them or free (S1). */
static void check_sharers(const struct world *world, unsigned number)
{
    const struct world_host *host = &world->host[number];
    const struct mpg__hostsets *sets = &host->node.sets;
    uint32_t found = 1, index;
    for (index = sets->free; index; index = host->sharers[index].next)
        found++;
    for (index = sets->retired; index; index = host->sharers[index].next)
        found++;
    for (unsigned i = 0; i < world->minipages; i++)
        if (host->home[i].copies_tag == MPG_HOSTSET_BLOCKS)
            for (index = (uint32_t)host->home[i].copies; index;
                 index = host->sharers[index].next)
                found++;
    if (found != sets->used)
        world_fail(world, "host %u: %d of %u blocks of copy sets are lost (S1)",
                   number, (int)(sets->used - found), sets->used);
}

static void check_quiet_host(struct world *world, unsigned number)
{
    struct world_host *host = &world->host[number];
    for (unsigned i = 0; i < world->threads; i++)
        if (host->thread[i].state != THREAD_IDLE)
            world_fail(
                world, "host %u: thread %u waits for ever for %s %u", number, i,
                host->thread[i].state == THREAD_WAITS ? "minipage" : "lock",
                host->thread[i].minipage);
    for (unsigned i = 0; i < world->minipages; i++) {
        const struct mpg__copy *copy = &host->copy[i];
        const struct mpg__home *home = &host->home[i];
        if (copy->asked || copy->answered || copy->pins || copy->deferred)
            world_fail(world, "host %u: minipage %u is not at rest", number, i);
        if (home->state || home->reads || home->queue_head || home->queue_tail)
            world_fail(world, "host %u: the home of %u is not at rest", number,
                       i);
    }
    if (host->arrivals != host->releases)
        world_fail(world, "host %u waits at the barrier for ever", number);
    uint32_t freed = 0, index = host->node.waits_free;
    for (; index; index = host->waits[index].next)
        freed++;
    if (freed != host->waits[0].next - 1)
        world_fail(world, "host %u: %u of %u waits are lost", number,
                   host->waits[0].next - 1 - freed, host->waits[0].next - 1);
    check_sharers(world, number);
}

void world_check_quiet(struct world *world)
{
    for (unsigned i = 0; i < world->minipages; i++)
        world_check_minipage(world, i);
    for (unsigned i = 0; i < world->locks; i++)
        world_check_lock(world, i);
    for (unsigned i = 0; i < world->hosts; i++)
        check_quiet_host(world, i);
}

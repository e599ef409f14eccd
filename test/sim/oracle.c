/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * What must be true, in every state, whatever the protocol believes: judged by
 * the page tables, by which bytes are the last written, and by who holds what,
 * all of which the simulator keeps itself.  Numbers such as C1 are those of the
 * protocol's own files.
 *
 * Accesses happen one after the other, each host's in the order of its program,
 * and each read sees the last write: that is sequential consistency.
 */
#include "sim.h"

#include <stdarg.h>
#include <stdio.h>

enum { HOME_WRITING = 2 }; /* the last state of home.c */

_Thread_local struct sim *sim_now;

void sim_fail(const struct sim *sim, const char *format, ...)
{
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    sim_end(sim, VIOLATED, "violation at time %llu, step %llu: %s",
            (unsigned long long)sim->now, (unsigned long long)sim->counts.steps,
            text);
}

_Noreturn void mpg__assert_fail(const char *condition, const char *file,
                                int line);
_Noreturn void mpg__assert_fail(const char *condition, const char *file,
                                int line)
{
    sim_fail(sim_now, "%s:%d: assertion failed: %s", file, line, condition);
}

/* Minipages. */

static bool is_in_copy_set(const struct sim *sim, const struct place *place)
{
    const struct mpg__home *home = &sim->minipage[place->minipage].home;
    unsigned home_host = minipage_home(sim, place->minipage);
    return mpg__hostset_has(
        &sim->host[home_host].node.sets,
        (struct mpg__hostset){home->copies, home->copies_tag}, place->host);
}

void oracle_page(struct sim *sim, struct place *place, unsigned from,
                 unsigned to)
{
    struct minipage *truth = &sim->minipage[place->minipage];
    if (place->page != from || from == to)
        sim_fail(sim,
                 "host %u: minipage %u goes from access %u to %u but is "
                 "%u",
                 place->host, place->minipage, from, to, place->page);
    truth->readers -= place->page == MPG_ACCESS_READ;
    truth->writers -= place->page == MPG_ACCESS_WRITE;
    place->page = (uint8_t)to;
    truth->readers += place->page == MPG_ACCESS_READ;
    truth->writers += place->page == MPG_ACCESS_WRITE;
    if (truth->writers > 1 || (truth->writers && truth->readers))
        sim_fail(sim, "minipage %u has %u writers and %u readers (C1)",
                 place->minipage, truth->writers, truth->readers);
    if (to != MPG_ACCESS_NONE && place->version != truth->latest)
        sim_fail(sim,
                 "host %u can use bytes of minipage %u that are not those "
                 "written last",
                 place->host, place->minipage);
    if (to != MPG_ACCESS_NONE && truth->home.state != HOME_WRITING &&
        !is_in_copy_set(sim, place))
        sim_fail(sim,
                 "host %u has a copy of minipage %u that its home forgot "
                 "(H1)",
                 place->host, place->minipage);
}

void oracle_access(struct sim *sim, struct place *place, unsigned access)
{
    struct minipage *truth = &sim->minipage[place->minipage];
    if (place->version != truth->latest)
        sim_fail(sim,
                 "host %u reads version %llu of minipage %u, the last write "
                 "made %llu",
                 place->host, (unsigned long long)place->version,
                 place->minipage, (unsigned long long)truth->latest);
    if (access == MPG_ACCESS_WRITE)
        place->version = ++truth->latest;
    sim->counts.accesses++;
}

/* Messages. */

void oracle_send(const struct sim *sim, unsigned from, unsigned to,
                 const struct flight *flight)
{
    const struct mpg__message *message = &flight->message;
    if (to >= sim->config.hosts)
        sim_fail(sim, "a message to host %u, which there is not", to);
    const char *refusal =
        mpg__message_refusal(message, from, sim->config.hosts);
    if (refusal)
        sim_fail(sim, "host %u would be refused a %s: %s", from,
                 mpg__message_name(message->kind), refusal);
    if (flight->has_data &&
        flight->version != sim->minipage[message->slot].latest)
        sim_fail(sim, "host %u sends old bytes of minipage %u to host %u", from,
                 message->slot, to);
}

/* Bytes are sent from where they lie, so they must lie there unchanged until
 * they have arrived; and they must not land under anybody's feet. */
void oracle_land(const struct sim *sim, unsigned from,
                 const struct place *place, const struct flight *flight)
{
    struct place *source = host_place((struct sim *)sim, from, place->minipage);
    if (!mpg__copy_accepts_data(&place->copy, flight->message.kind))
        sim_fail(sim, "host %u cannot place the bytes of a %s of minipage %u",
                 place->host, mpg__message_name(flight->message.kind),
                 place->minipage);
    if (place->page != MPG_ACCESS_NONE && place->version != flight->version)
        sim_fail(sim, "bytes of minipage %u change under host %u (C2)",
                 place->minipage, place->host);
    if (source->version != flight->version)
        sim_fail(sim,
                 "host %u changes bytes of minipage %u while it sends "
                 "them",
                 from, place->minipage);
}

/* Locks. */

void oracle_token(struct sim *sim, const struct flight *flight, int change)
{
    struct lock_truth *truth = &sim->lock[flight->message.slot];
    truth->tokens += (unsigned)change;
    if (truth->tokens > 1 || truth->holder != MPG_HOST_NONE)
        sim_fail(sim, "there are several tokens of lock %u (L1)",
                 flight->message.slot);
}

void oracle_locked(struct sim *sim, unsigned host, unsigned lock)
{
    struct lock_truth *truth = &sim->lock[lock];
    if (truth->holder != MPG_HOST_NONE || truth->tokens)
        sim_fail(sim, "host %u has lock %u, and so has another", host, lock);
    truth->holder = host;
}

void oracle_unlocked(struct sim *sim, unsigned host, unsigned lock)
{
    if (sim->lock[lock].holder != host)
        sim_fail(sim, "host %u unlocks lock %u and does not hold it", host,
                 lock);
    sim->lock[lock].holder = MPG_HOST_NONE;
}

/* The barrier. */

void oracle_arrives(struct sim *sim, unsigned host)
{
    sim->arrived[sim->host[host].arrivals++ % 2]++;
}

/* Nobody leaves before everybody came (B1); when the last has left, the next
 * but one may begin to count. */
void oracle_passes(struct sim *sim, unsigned host)
{
    unsigned round = sim->host[host].releases++;
    if (sim->arrived[round % 2] != sim->config.hosts)
        sim_fail(sim, "host %u leaves the barrier when %u of %u are there (B1)",
                 host, sim->arrived[round % 2], sim->config.hosts);
    if (++sim->passed == sim->config.hosts) {
        sim->passed = 0;
        sim->arrived[round % 2] = 0;
    }
}

/* At the end: nobody waits, nothing is left over. */

/* Whoever waits at the barrier waits for somebody else: named last. */
static void end_threads(const struct sim *sim)
{
    static const char *const waits_for[] = {
        [THREAD_WAITS] = "minipage", [THREAD_IN_LINE] = "lock"};
    bool is_barrier = false;
    for (unsigned i = 0; i < sim->config.hosts; i++) {
        const struct thread *thread = &sim->host[i].thread;
        is_barrier |= thread->state == THREAD_AT_BARRIER;
        if (thread->state != THREAD_AT_BARRIER && thread->state != THREAD_ENDED)
            sim_fail(sim, "host %u waits for ever for %s %u", i,
                     waits_for[thread->state], thread->op.number);
    }
    if (is_barrier)
        sim_fail(sim, "hosts wait at the barrier for ever");
}

static void end_waits(const struct sim *sim, unsigned number)
{
    const struct sim_host *host = &sim->host[number];
    uint32_t freed = 0, index = host->node.waits_free;
    for (; index; index = host->node.waits[index].next)
        freed++;
    if (freed != host->node.waits[0].next - 1)
        sim_fail(sim, "host %u: %u of %u waiting requests are lost", number,
                 host->node.waits[0].next - 1 - freed,
                 host->node.waits[0].next - 1);
}

static void end_minipage(const struct sim *sim, unsigned number,
                         uint32_t *blocks)
{
    const struct minipage *truth = &sim->minipage[number];
    const struct mpg__home *home = &truth->home;
    const struct mpg__hostsets *sets =
        &sim->host[minipage_home(sim, number)].node.sets;
    if (home->state || home->reads || home->queue_head)
        sim_fail(sim, "the home of minipage %u never ends its transaction",
                 number);
    const struct place *place = truth->places;
    for (bool is_last = !place; !is_last; place = place->next_of_minipage) {
        const struct mpg__copy *copy = &place->copy;
        is_last = place->next_of_minipage == place;
        if (copy->asked || copy->answered || copy->pins || copy->deferred ||
            copy->access != place->page)
            sim_fail(sim, "host %u's copy of minipage %u is not at rest",
                     place->host, number);
        if (place->page != MPG_ACCESS_NONE && !is_in_copy_set(sim, place))
            sim_fail(sim, "the home of minipage %u forgot host %u (H1)", number,
                     place->host);
    }
    if (home->copies_tag == MPG_HOSTSET_BLOCKS)
        for (uint32_t index = (uint32_t)home->copies; index;
             index = sets->blocks[index].next)
            ++*blocks;
}

static uint32_t unused_blocks(const struct mpg__hostsets *sets)
{
    uint32_t count = 0, index;
    for (index = sets->free; index; index = sets->blocks[index].next)
        count++;
    for (index = sets->retired; index; index = sets->blocks[index].next)
        count++;
    return count;
}

void oracle_end(struct sim *sim)
{
    end_threads(sim);
    for (unsigned i = 0; i < sim->config.hosts; i++)
        end_waits(sim, i);
    uint64_t used = 0;
    uint32_t found = 0;
    for (unsigned i = 0; i < sim->minipages; i++)
        end_minipage(sim, i, &found);
    for (unsigned i = 0; i < sim->config.hosts; i++) {
        const struct mpg__hostsets *sets = &sim->host[i].node.sets;
        found += unused_blocks(sets);
        used += sets->used - 1;
    }
    if (found != used)
        sim_fail(sim, "%u of %llu blocks of copy sets are found (S1)", found,
                 (unsigned long long)used);
}

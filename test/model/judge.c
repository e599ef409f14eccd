/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * What must be true, in every state, whatever the protocol believes: judged by
 * the page tables, by which bytes are the last written, and by who asked, was
 * heard and was answered, all of which the model keeps itself.  Numbers such
 * as C1 are those of the protocol's own files.
 */
#include "model.h"

#include <string.h>

enum { HOME_WRITING = 2 }; /* the last state of home.c */

/* Sequential consistency: accesses happen one by one, each host's in the order
 * of its program, and a minipage that is readable, or writable, has the bytes
 * of the last write to it: so every read, now or later, sees the last write in
 * the one order in which they all happen. */
void judge_minipage(const struct state *state, unsigned minipage)
{
    const struct model_host *home = &state->host[minipage_home(minipage)];
    unsigned holders = 0, writers = 0, writer = 0;
    for (unsigned i = 0; i < model.hosts; i++) {
        const struct model_host *host = &state->host[i];
        unsigned page = host->page[minipage];
        holders += page != MPG_ACCESS_NONE;
        if (page == MPG_ACCESS_WRITE) {
            writers++;
            writer = i;
        }
        if (page != MPG_ACCESS_NONE && !host->is_current[minipage])
            model_fail("host %u can read bytes of minipage %u that are not "
                       "those written last",
                       i, minipage);
    }
    if (writers && holders > 1)
        model_fail("host %u can write minipage %u, and %u others can use it "
                   "(C1)",
                   writer, minipage, holders - 1);
    if (home->home[minipage].state == HOME_WRITING || model.is_outcome_all)
        return;
    for (unsigned i = 0; i < model.hosts; i++)
        if (state->host[i].page[minipage] != MPG_ACCESS_NONE &&
            !host_has_copy(home, minipage, i))
            model_fail("host %u has a copy of minipage %u that its home forgot "
                       "(H1)",
                       i, minipage);
}

void judge_lock(const struct state *state, unsigned lock)
{
    unsigned tokens = 0;
    for (unsigned i = 0; i < model.hosts; i++) {
        const struct mpg__lock *seen = &state->host[i].lock[lock];
        tokens += seen->is_here || (i == lock_home(lock) && !seen->is_known);
        for (unsigned k = 0; k < model.hosts; k++) {
            const struct channel *channel = &state->channel[i][k];
            for (unsigned n = 0; i != k && n < channel->count; n++)
                tokens += channel->flight[n].kind == MPG_MESSAGE_LOCK_TOKEN &&
                          channel->flight[n].slot == lock;
        }
    }
    if (tokens != 1)
        model_fail("there are %u tokens of lock %u (L1)", tokens, lock);
}

/* Every entry of the pool is in one queue, or free. */
void judge_waits(const struct state *state, unsigned number)
{
    const struct model_host *host = &state->host[number];
    uint32_t used = host->waits[0].next - 1, found = 0, index;
    for (index = host->node.waits_free; index && found <= used; found++)
        index = host->waits[index].next;
    for (unsigned i = 0; i < model.minipages; i++)
        if (minipage_home(i) == number)
            for (index = host->home[i].queue_head; index && found <= used;
                 found++)
                index = host->waits[index].next;
    if (found != used)
        model_fail("host %u: %u of %u waiting requests are lost", number,
                   used - found, used);
}

/* Every block is in one copy set, free, or given up just now (S1). */
void judge_sharers(const struct state *state, unsigned number)
{
    const struct model_host *host = &state->host[number];
    struct mpg__hostsets sets = host_sets(host);
    uint32_t found = 1, index;
    for (index = sets.free; index; index = sets.blocks[index].next)
        found++;
    for (index = sets.retired; index; index = sets.blocks[index].next)
        found++;
    for (unsigned i = 0; i < model.minipages; i++)
        if (minipage_home(i) == number &&
            host->home[i].copies_tag == MPG_HOSTSET_BLOCKS)
            for (index = (uint32_t)host->home[i].copies; index;
                 index = sets.blocks[index].next)
                found++;
    if (found != sets.used)
        model_fail("host %u: %u of %u blocks of copy sets are found (S1)",
                   number, found, sets.used);
}

/* Bytes arrive. */

void judge_landing(const struct state *state, unsigned to,
                   const struct flight *flight)
{
    const struct model_host *host = &state->host[to];
    const char *name = mpg__message_name(flight->kind);
    if (!mpg__copy_accepts_data(&host->copy[flight->slot], flight->kind))
        model_fail("host %u does not accept the bytes of a %s of minipage %u",
                   to, name, flight->slot);
    if (host->page[flight->slot] == MPG_ACCESS_WRITE ||
        (host->page[flight->slot] == MPG_ACCESS_READ && !flight->is_current))
        model_fail("the bytes of a %s land under the feet of host %u (C2)",
                   name, to);
}

/* Bytes are sent from where they lie, so they must lie there until they have
 * arrived. */
void judge_changing(const struct state *state, unsigned number,
                    unsigned minipage)
{
    for (unsigned to = 0; to < model.hosts; to++) {
        const struct channel *channel = &state->channel[number][to];
        for (unsigned n = 0; to != number && n < channel->count; n++)
            if (channel->flight[n].has_data &&
                channel->flight[n].slot == minipage)
                model_fail("host %u changes bytes of minipage %u that are on "
                           "their way to host %u",
                           number, minipage, to);
    }
}

/* Turns. */

void judge_asked(struct state *state, unsigned number, unsigned minipage,
                 unsigned access)
{
    uint8_t *asking = &state->host[number].asking[minipage];
    if (*asking)
        model_fail("host %u asks for minipage %u twice", number, minipage);
    *asking = (uint8_t)access;
}

static void stand(struct line *line, unsigned host, unsigned access)
{
    if (line->count == LINE_MAX)
        model_fail("more than %d stand in a line", LINE_MAX);
    line->entry[line->count].host = (uint8_t)host;
    line->entry[line->count++].access = (uint8_t)access;
}

static void leave(struct line *line, unsigned index)
{
    line->count--;
    memmove(&line->entry[index], &line->entry[index + 1],
            (line->count - index) * sizeof line->entry[0]);
    memset(&line->entry[line->count], 0, sizeof line->entry[0]);
}

void judge_heard(struct state *state, unsigned from, unsigned kind,
                 unsigned slot)
{
    bool is_write = kind == MPG_MESSAGE_WRITE_REQUEST;
    if (kind == MPG_MESSAGE_LOCK_REQUEST)
        stand(&state->lock_line[slot], from, MPG_ACCESS_WRITE);
    else if ((is_write || kind == MPG_MESSAGE_READ_REQUEST) &&
             !state->line[slot].is_pushed && !model.is_outcome_all)
        stand(&state->line[slot], from,
              is_write ? MPG_ACCESS_WRITE : MPG_ACCESS_READ);
}

/* A push can answer a request that the home has yet to hear; what the home
 * then says answers the host's next one.  So from its first push on, who has
 * overtaken whom in a minipage's line is not told by who opens it when. */
void judge_pushed(struct state *state, unsigned minipage)
{
    memset(&state->line[minipage], 0, sizeof state->line[minipage]);
    state->line[minipage].is_pushed = 1;
}

/* Nobody is overtaken, but that reads share a turn (H5). */
void judge_answered(struct state *state, unsigned number, unsigned minipage)
{
    struct model_host *host = &state->host[number];
    struct line *line = &state->line[minipage];
    unsigned asked = host->asking[minipage];
    if (host->page[minipage] < asked)
        return;
    host->asking[minipage] = MPG_ACCESS_NONE;
    if (line->is_pushed || model.is_outcome_all)
        return;
    for (unsigned i = 0; i < line->count; i++) {
        if (line->entry[i].host == number) {
            leave(line, i);
            return;
        }
        if (asked == MPG_ACCESS_WRITE ||
            line->entry[i].access == MPG_ACCESS_WRITE)
            model_fail("host %u has minipage %u before host %u, which was "
                       "heard first (H5)",
                       number, minipage, line->entry[i].host);
    }
    model_fail("host %u has minipage %u unasked", number, minipage);
}

void judge_token(struct state *state, unsigned number, unsigned lock)
{
    struct line *line = &state->lock_line[lock];
    if (!line->count || line->entry[0].host != number)
        model_fail("host %u gets lock %u out of turn (L4)", number, lock);
    leave(line, 0);
}

void judge_release(const struct state *state, unsigned number)
{
    unsigned round = state->host[number].releases;
    for (unsigned i = 0; i < model.hosts; i++)
        if (state->host[i].arrivals < round)
            model_fail("host %u leaves the barrier before host %u came (B1)",
                       number, i);
}

/* Nobody has to move any more: everybody must have what he wanted, and nothing
 * may be left over. */

static void judge_thread(const struct model_thread *thread, unsigned host)
{
    if (thread->state == THREAD_IN_LINE)
        model_fail("deadlock: host %u waits for lock %u for ever", host,
                   thread->slot);
    if (thread->state == THREAD_AT_BARRIER)
        model_fail("deadlock: host %u waits at the barrier for ever", host);
    if (thread->state != THREAD_IDLE)
        model_fail("deadlock: host %u waits for minipage %u for ever", host,
                   thread->slot);
}

void judge_rest(const struct state *state)
{
    for (unsigned i = 0; i < model.hosts; i++)
        for (unsigned k = 0; k < model.threads; k++)
            judge_thread(&state->host[i].thread[k], i);
    for (unsigned i = 0; i < model.hosts; i++) {
        const struct model_host *host = &state->host[i];
        for (unsigned k = 0; k < model.minipages; k++) {
            const struct mpg__copy *copy = &host->copy[k];
            const struct mpg__home *home = &host->home[k];
            if (copy->asked)
                model_fail("deadlock: host %u has asked for minipage %u and "
                           "gets no answer",
                           i, k);
            if (copy->answered || copy->pins || copy->deferred)
                model_fail("host %u's copy of minipage %u is not at rest", i,
                           k);
            if (minipage_home(k) == i &&
                (home->state || home->reads || home->queue_head))
                model_fail("deadlock: the home of minipage %u never ends its "
                           "transaction",
                           k);
        }
    }
}

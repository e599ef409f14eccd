/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * What may happen next in a state.  Channels keep the order of what was sent
 * from one host to another; among channels, and among channels and threads,
 * every order is possible.
 */
#include "model.h"

struct list {
    struct move *move;
    unsigned count;
};

static void add(struct list *list, struct move move)
{
    if (list->count == MOVES_MAX)
        model_fail("more than %d moves in a state", MOVES_MAX);
    list->move[list->count++] = move;
}

static void add_deliveries(const struct state *state, struct list *list)
{
    for (unsigned from = 0; from < model.hosts; from++)
        for (unsigned to = 0; to < model.hosts; to++) {
            const struct channel *channel = &state->channel[from][to];
            if (!channel->count)
                continue;
            const struct flight *first = &channel->flight[0];
            bool must_land =
                model.is_landing_slow && first->has_data && !first->is_landing;
            add(list,
                (struct move){.kind = must_land ? MOVE_LAND : MOVE_DELIVER,
                              .host = (uint8_t)from,
                              .to = (uint8_t)to});
        }
}

static bool must_arrive(const struct state *state, unsigned host)
{
    for (unsigned i = 0; i < model.hosts; i++)
        if (state->host[i].arrivals > state->host[host].arrivals)
            return true;
    return false;
}

static bool is_free(const struct model_thread *thread)
{
    return thread->state == THREAD_IDLE && !thread->held;
}

static bool may_arrive(const struct model_host *host)
{
    return host->arrivals == host->releases;
}

/* What somebody has begun and goes on with, unasked. */
static void add_threads(const struct state *state, unsigned number,
                        struct list *list)
{
    const struct model_host *host = &state->host[number];
    bool is_arriving = !may_arrive(host) || !must_arrive(state, number);
    for (unsigned i = 0; i < model.threads; i++) {
        const struct model_thread *thread = &host->thread[i];
        struct move move = {.host = (uint8_t)number, .to = (uint8_t)i};
        if (thread->state >= THREAD_RUNS && thread->state <= THREAD_STEPS) {
            move.kind = MOVE_RUN;
            add(list, move);
        } else if (thread->state == THREAD_IDLE && thread->held) {
            move.kind = MOVE_UNLOCK;
            add(list, move);
        } else if (is_free(thread) && !is_arriving) {
            move.kind = MOVE_ARRIVE;
            add(list, move);
            is_arriving = true; /* Threads of a host are alike. */
        }
    }
}

static unsigned slots_of(unsigned op)
{
    return op == OP_BARRIER ? 1 : op == OP_LOCK ? model.locks : model.minipages;
}

static void add_operations(const struct state *state, unsigned number,
                           unsigned thread, struct list *list)
{
    const struct model_host *host = &state->host[number];
    bool holds = host->thread[thread].held;
    for (unsigned op = 0; op < OPS; op++) {
        if (!(model.operations >> op & 1) || (op >= OP_LOCK && holds) ||
            (op == OP_BARRIER && !may_arrive(host)))
            continue;
        for (unsigned slot = 0; slot < slots_of(op); slot++)
            add(list,
                (struct move){MOVE_BEGIN, (uint8_t)number, (uint8_t)thread,
                              (uint8_t)op, (uint8_t)slot});
    }
}

static void add_beginnings(const struct state *state, unsigned number,
                           struct list *list)
{
    const struct model_host *host = &state->host[number];
    bool has_free = false; /* One idle thread is like another. */
    for (unsigned i = 0; i < model.threads && host->budget; i++) {
        const struct model_thread *thread = &host->thread[i];
        if (thread->state != THREAD_IDLE || (is_free(thread) && has_free))
            continue;
        has_free |= is_free(thread);
        add_operations(state, number, i, list);
    }
}

unsigned moves_of(const struct state *state, struct move moves[MOVES_MAX])
{
    struct list list = {moves, 0};
    add_deliveries(state, &list);
    for (unsigned i = 0; i < model.hosts; i++)
        add_threads(state, i, &list);
    for (unsigned i = 0; i < model.hosts; i++)
        add_beginnings(state, i, &list);
    return list.count;
}

void move_make(struct state *state, const struct move *move)
{
    switch (move->kind) {
    case MOVE_DELIVER:
        drive_deliver(state, move->host, move->to);
        break;
    case MOVE_LAND:
        drive_land(state, move->host, move->to);
        break;
    case MOVE_RUN:
        thread_run(state, move->host, move->to);
        break;
    case MOVE_UNLOCK:
        thread_unlock(state, move->host, move->to);
        break;
    case MOVE_ARRIVE:
        thread_arrive(state, move->host, move->to);
        break;
    default:
        state->host[move->host].budget--;
        thread_begin(state, move->host, move->to, move->op, move->slot);
    }
}

/* In words. */

static const char *const op_names[OPS] = {
    "read", "write", "prefetch", "prefetch-write", "push", "lock", "barrier"};

const char *op_name(unsigned op)
{
    return op_names[op];
}

static void say_run(const struct model_thread *thread)
{
    const char *access = thread->access == MPG_ACCESS_WRITE ? "write" : "read";
    const char *how =
        thread->state == THREAD_RUNS    ? "woke, and looks whether it may"
        : thread->state == THREAD_TRIES ? "tries again to"
                                        : "has pinned what it needs to";
    fprintf(model.out, "%s %s minipage %u\n", how, access, thread->slot);
}

static void say_begin(const struct move *move)
{
    if (move->op == OP_BARRIER)
        fprintf(model.out, "comes to the barrier\n");
    else if (move->op == OP_LOCK)
        fprintf(model.out, "wants lock %u\n", move->slot);
    else
        fprintf(model.out, "begins: %s of minipage %u\n", op_names[move->op],
                move->slot);
}

void move_say(const struct state *state, const struct move *move)
{
    FILE *out = model.out;
    if (move->kind == MOVE_DELIVER || move->kind == MOVE_LAND) {
        const struct flight *flight =
            &state->channel[move->host][move->to].flight[0];
        fprintf(out, "%s from host %u %s host %u\n",
                mpg__message_name(flight->kind), move->host,
                move->kind == MOVE_LAND ? "begins to fill the bytes of"
                                        : "arrives at",
                move->to);
        return;
    }
    const struct model_thread *thread =
        &state->host[move->host].thread[move->to];
    fprintf(out, "host %u", move->host);
    if (model.threads > 1)
        fprintf(out, ", thread %u", move->to);
    fputc(' ', out);
    if (move->kind == MOVE_RUN)
        say_run(thread);
    else if (move->kind == MOVE_UNLOCK)
        fprintf(out, "unlocks lock %u\n", thread->held - 1u);
    else if (move->kind == MOVE_ARRIVE)
        fprintf(out, "comes to the barrier, where others wait\n");
    else
        say_begin(move);
}

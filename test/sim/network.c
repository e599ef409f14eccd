/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * What is on its way, in simulated time.  A message takes SIM_LATENCY, more or
 * less; one channel in sixteen is slow, so that what one host sends late
 * arrives before what another sent early.  Messages of one channel arrive in
 * the order sent (P2 of proto.h).
 */
#include "sim.h"

#include <stdlib.h>

enum { SLOW_ONE_IN = 16, SLOW_FACTOR = 8 };

static void *grown(void *old, size_t bytes)
{
    void *got = realloc(old, bytes);
    if (!got)
        sim_end(NULL, MISUSED, "out of memory: fewer hosts, please");
    return got;
}

/* A binary heap, the earliest first. */

static bool is_before(const struct happening *a, const struct happening *b)
{
    return a->time != b->time ? a->time < b->time : a->order < b->order;
}

static void push(struct sim *sim, struct happening happening)
{
    if (sim->heap_count == sim->heap_room) {
        sim->heap_room = 2 * sim->heap_room + 1024;
        sim->heap = grown(sim->heap, sim->heap_room * sizeof *sim->heap);
    }
    size_t at = sim->heap_count++;
    happening.order = sim->order++;
    for (; at && is_before(&happening, &sim->heap[(at - 1) / 2]);
         at = (at - 1) / 2)
        sim->heap[at] = sim->heap[(at - 1) / 2];
    sim->heap[at] = happening;
}

static struct happening pop(struct sim *sim)
{
    struct happening *heap = sim->heap, first = heap[0];
    struct happening last = heap[--sim->heap_count];
    size_t at = 0, child;
    while ((child = 2 * at + 1) < sim->heap_count) {
        if (child + 1 < sim->heap_count &&
            is_before(&heap[child + 1], &heap[child]))
            child++;
        if (!is_before(&heap[child], &last))
            break;
        heap[at] = heap[child];
        at = child;
    }
    heap[at] = last;
    return first;
}

/* Flights. */

static uint32_t new_flight(struct sim *sim)
{
    uint32_t index = sim->flights_free;
    if (index) {
        sim->flights_free = sim->flight[index].next;
        return index;
    }
    if (sim->flights_used + 1 >= sim->flights_room) {
        sim->flights_room = 2 * sim->flights_room + 1024;
        sim->flight =
            grown(sim->flight, sim->flights_room * sizeof *sim->flight);
    }
    return ++sim->flights_used;
}

static uint64_t channel_key(unsigned from, unsigned to)
{
    return (uint64_t)from << 32 | to;
}

static uint64_t latency(struct sim *sim, uint64_t key)
{
    struct prng coin = {sim->seed ^ key << 8};
    uint64_t time = SIM_LATENCY / 2 + prng_below(&sim->prng, SIM_LATENCY);
    return prng_below(&coin, SLOW_ONE_IN) ? time : SLOW_FACTOR * time;
}

/* The first message makes the connection, which both ends keep. */
static struct channel *channel_of(struct sim *sim, unsigned from, unsigned to)
{
    struct channel *channel = table_get(&sim->channels, channel_key(from, to));
    if (!channel->last) {
        struct channel *back = table_get(&sim->channels, channel_key(to, from));
        if (!back->last) {
            sim->host[from].peers++;
            sim->host[to].peers++;
        }
    }
    return channel;
}

void network_send(struct sim *sim, unsigned from, unsigned to,
                  const struct flight *flight)
{
    struct channel *channel = channel_of(sim, from, to);
    uint64_t arrival = sim->now + latency(sim, channel->key);
    if (arrival < channel->last)
        arrival = channel->last; /* P2; pop takes them in the order sent. */
    channel->last = arrival;
    uint32_t index = new_flight(sim);
    sim->flight[index] = *flight;
    sim->flight[index].to = (uint16_t)to;
    push(sim, (struct happening){.time = arrival, .number = index});
}

void network_resume(struct sim *sim, unsigned host, unsigned delay)
{
    uint64_t time = sim->now + 1 + prng_below(&sim->prng, delay);
    push(sim,
         (struct happening){.time = time, .number = host, .is_thread = true});
}

bool network_next(struct sim *sim, struct happening *happening,
                  struct flight *flight)
{
    if (!sim->heap_count)
        return false;
    *happening = pop(sim);
    sim->now = happening->time;
    if (!happening->is_thread) {
        *flight = sim->flight[happening->number];
        sim->flight[happening->number].next = sim->flights_free;
        sim->flights_free = happening->number;
    }
    return true;
}

/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * What the hosts' programs do: phases, in each of which every host makes the
 * same steps and comes to a barrier.  A program is a function of the host, of
 * how many operations it has begun, and of its random numbers.
 *
 *   spread     each host writes its own part of an array and reads at its
 *              neighbours' edges and in parts far away; locks guard records
 *              that two neighbours share
 *   random     reads and writes anywhere
 *   migratory  a record is read and written under its lock, by anybody
 *   producer   each host writes its own part, and `readers` others read it
 *   broadcast  a few minipages are written, and then read by everybody
 *   hotspot    everybody writes one record, under one lock
 */
#include "sim.h"

#include <stdlib.h>

const char *const workload_names[SIM_WORKLOADS] = {
    "spread", "random", "migratory", "producer", "broadcast", "hotspot"};

enum {
    FAR = 2,   /* minipages of other parts that a host reads in a phase */
    LOCKS = 4, /* that it takes */
    WRITES_PERCENT = 30,
    TABLES = 16, /* minipages that everybody reads */
};

/* Who asks, and the numbers of the job. */
struct program {
    struct sim *sim;
    struct thread *thread;
    unsigned host, hosts, own; /* minipages of its own */
    unsigned phase;
    unsigned at; /* operations of this phase */
};

static struct op op(enum op_kind kind, unsigned number)
{
    return (struct op){(uint8_t)kind, number};
}

/* Minipage i of a host's part, and the record behind a lock. */
static unsigned of_host(const struct program *program, unsigned host,
                        unsigned i)
{
    return host % program->hosts * program->own + i % program->own;
}

static unsigned record(const struct program *program, unsigned lock)
{
    return program->hosts * program->own + lock;
}

/* The host that is as far from this one as in all hosts' i-th choice of this
 * phase: so each is chosen by exactly one other. */
static unsigned partner(const struct program *program, unsigned i)
{
    struct prng choice = {program->sim->seed ^ (uint64_t)program->phase << 32 ^
                          i};
    if (program->hosts == 1)
        return 0;
    prng_next(&choice);
    return program->host + 1 + prng_below(&choice, program->hosts - 1);
}

/* lock, read, write, unlock: operations 0 to 3. */
static struct op guarded(const struct program *program, unsigned at,
                         unsigned lock)
{
    static const uint8_t kinds[] = {OP_LOCK, OP_READ, OP_WRITE, OP_UNLOCK};
    if (at == 0)
        program->thread->lock = lock;
    lock = program->thread->lock;
    bool is_access = at == 1 || at == 2;
    return op((enum op_kind)kinds[at],
              is_access ? record(program, lock) : lock);
}

/* Each returns true and an operation, or false when the phase is over. */

static bool spread(struct program *program, struct op *out)
{
    unsigned at = program->at, own = program->own, host = program->host;
    if (at < 2 * own) {
        *out = op(at % 2 ? OP_WRITE : OP_READ, of_host(program, host, at / 2));
        return true;
    }
    at -= 2 * own;
    if (at == 0) {
        *out = op(OP_BARRIER, 0);
    } else if (at == 1) {
        *out =
            op(OP_READ, of_host(program, host + program->hosts - 1, own - 1));
    } else if (at == 2) {
        *out = op(OP_READ, of_host(program, host + 1, 0));
    } else if (at < 3 + FAR) {
        *out = op(OP_READ, of_host(program, partner(program, at - 3), at - 2));
    } else {
        at -= 3 + FAR;
        if (at >= 4 * LOCKS)
            return false;
        unsigned lock = (host + at / 4 % 2) % program->hosts;
        *out = guarded(program, at % 4, lock);
    }
    return true;
}

static bool anywhere(struct program *program, struct op *out)
{
    struct prng *prng = &program->thread->prng;
    if (program->at == 2 * program->own)
        return false;
    bool is_write = prng_below(prng, 100) < WRITES_PERCENT;
    *out = op(is_write ? OP_WRITE : OP_READ,
              prng_below(prng, program->hosts * program->own));
    return true;
}

static bool migratory(struct program *program, struct op *out)
{
    unsigned lock = prng_below(&program->thread->prng, program->hosts);
    if (program->at == 4 * LOCKS)
        return false;
    *out = guarded(program, program->at % 4, lock);
    return true;
}

static bool producer(struct program *program, struct op *out)
{
    unsigned at = program->at, own = program->own, others = program->hosts - 1;
    unsigned readers = program->sim->config.readers;
    if (readers > others)
        readers = others;
    if (at < own) {
        *out = op(OP_WRITE, of_host(program, program->host, at));
        return true;
    }
    at -= own;
    if (at == 0) {
        *out = op(OP_BARRIER, 0);
        return true;
    }
    unsigned reader = (at - 1) / own;
    if (reader >= readers)
        return false;
    /* As far apart as can be, so that the readers of one are no neighbours. */
    unsigned far = (partner(program, 0) - program->host - 1 +
                    reader * (others / readers)) %
                   others;
    *out = op(OP_READ, of_host(program, program->host + 1 + far, at - 1));
    return true;
}

static bool broadcast(struct program *program, struct op *out)
{
    unsigned tables = program->hosts < TABLES ? program->hosts : TABLES;
    unsigned apart = program->hosts / tables, at = program->at;
    if (at == 0) {
        bool is_writer =
            program->host % apart == 0 && program->host / apart < tables;
        *out = op(is_writer ? OP_WRITE : OP_READ,
                  of_host(program, program->host, 0));
    } else if (at == 1) {
        *out = op(OP_BARRIER, 0);
    } else if (at < 2 + tables) {
        /* Not all begin with the same one. */
        unsigned table = (at - 2 + program->host) % tables;
        *out = op(OP_READ, of_host(program, table * apart, 0));
    } else {
        return false;
    }
    return true;
}

static bool hotspot(struct program *program, struct op *out)
{
    if (program->at == 4)
        return false;
    *out = guarded(program, program->at, 0);
    return true;
}

struct op workload_next(struct sim *sim, unsigned host)
{
    static bool (*const workloads[SIM_WORKLOADS])(struct program *,
                                                  struct op *) = {
        spread, anywhere, migratory, producer, broadcast, hotspot};
    struct thread *thread = &sim->host[host].thread;
    struct program program = {.sim = sim,
                              .thread = thread,
                              .host = host,
                              .hosts = sim->config.hosts,
                              .own = sim->config.minipages,
                              .phase = thread->phase,
                              .at = thread->at++};
    struct op next;
    if (thread->phase == sim->config.phases)
        return op(OP_END, 0);
    if (workloads[sim->config.workload](&program, &next))
        return next;
    thread->phase++;
    thread->at = 0;
    return op(OP_BARRIER, 0);
}

void workload_open(struct sim *sim)
{
    sim->locks = sim->config.hosts;
    sim->minipages = sim->config.hosts * sim->config.minipages + sim->locks;
}

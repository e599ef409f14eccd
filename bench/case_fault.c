/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Remote faults: a minipage of host 1 that host 0 touches.
 */
#include "bench.h"
#include "millipage.h"

/* A round touches one set of slots, and it is SETS rounds until they come
 * again: what the last two rounds wanted would be asked for at the barrier. */
enum { SLOTS = 64, SETS = 4, ROUNDS = 32 };
/* Of reads: some more, for a machine that has two speeds to have both in it. */
enum { READ_ROUNDS = 160 };

#pragma millipage shared granularity(64)
static volatile char slots_64[SETS * SLOTS * 64];
#pragma millipage shared granularity(128)
static volatile char slots_128[SETS * SLOTS * 128];
#pragma millipage shared granularity(1024)
static volatile char slots_1024[SETS * SLOTS * 1024];
#pragma millipage shared granularity(page)
static volatile char slots_4096[SETS * SLOTS * 4096];

static long set;

static volatile char *slot(long size, long i)
{
    long at = (i * SETS + set) * size;
    switch (size) {
    case 64:
        return &slots_64[at];
    case 128:
        return &slots_128[at];
    case 1024:
        return &slots_1024[at];
    default:
        return &slots_4096[at];
    }
}

/* The i-th to be touched.  In order, a fault would ask for the next minipages
 * too, and most samples would be of accesses that find them there. */
static long turn(long i)
{
    return i * 37 % SLOTS;
}

/* All bytes, as who has something to tell does: so they are in its processor's
 * caches, as those of the yardstick are. */
static void write_all(long size)
{
    for (long i = 0; i < SLOTS; i++)
        for (long byte = 0; byte < size; byte++)
            slot(size, i)[byte] = (char)i;
}

/* From one slot up to another; an array is dealt out to the hosts in blocks,
 * so these are the slots of one home. */
static void read_some(long size, long from, long to, struct samples *samples)
{
    for (long i = 0; i < SLOTS; i++) {
        if (turn(i) < from || turn(i) >= to)
            continue;
        double start = now_us();
        (void)*slot(size, turn(i));
        if (samples)
            samples_add(samples, now_us() - start);
    }
}

/* Beside the byte that was read: where that was written, too, a read would ask
 * for the right to (--migrate). */
static void write_some(long size, long from, long to, struct samples *samples)
{
    for (long i = 0; i < SLOTS; i++) {
        if (turn(i) < from || turn(i) >= to)
            continue;
        double start = now_us();
        slot(size, turn(i))[1] = 2;
        samples_add(samples, now_us() - start);
    }
}

static void read_all(long size, struct samples *samples)
{
    read_some(size, 0, SLOTS, samples);
}

static void write_each(long size, struct samples *samples)
{
    write_some(size, 0, SLOTS, samples);
}

/* The first rounds are for what happens once: pages that the object does not
 * have yet, connections that nobody has used. */
static struct samples *kept(int round, struct samples *samples)
{
    static struct samples warming;
    return round < SETS ? &warming : samples;
}

static void run_read(const struct bench_case *c, struct result *result)
{
    enum peer peer = (enum peer)c->variant;
    wire_serve_begin(peer);
    for (int round = 0; round < READ_ROUNDS; round++) {
        set = round % SETS;
        if (mpg_host() == 1)
            write_all(c->size);
        mpg_barrier();
        if (peer == PEER_POLLS)
            wire_round_trips(peer, (size_t)c->size, SLOTS,
                             kept(round, &result->yardstick));
        else
            compute_begin();
        if (mpg_host() == 0) {
            if (peer == PEER_COMPUTES)
                wire_round_trips(peer, (size_t)c->size, SLOTS,
                                 kept(round, &result->yardstick));
            read_all(c->size, kept(round, &result->ours));
            if (peer == PEER_COMPUTES)
                compute_end();
        }
        mpg_barrier();
    }
    wire_serve_end(peer);
}

/* `variant` other hosts have copies, of which the last writer's is one; beside
 * it, minipages that host 1 alone has and may write. */
static void run_write(const struct bench_case *c, struct result *result)
{
    for (int round = 0; round < 2 * ROUNDS; round++) {
        bool is_shared = round % 2;
        set = round % SETS;
        if (mpg_host() == 1)
            write_all(c->size);
        mpg_barrier();
        /* With two hosts a copy of host 1 is only read when we have one. */
        if (is_shared &&
            (c->variant == 1 ? mpg_host() == 0
                             : mpg_host() > 1 && mpg_host() <= c->variant))
            read_all(c->size, NULL);
        mpg_barrier();
        if (mpg_host() == 0)
            write_each(c->size, kept(round, is_shared ? &result->ours
                                                      : &result->yardstick));
        mpg_barrier();
    }
}

static void run_write_alone(const struct bench_case *c, struct result *result)
{
    for (int round = 0; round < ROUNDS; round++) {
        set = round % SETS;
        if (mpg_host() == 1)
            write_all(c->size);
        mpg_barrier();
        wire_round_trips(PEER_POLLS, (size_t)c->size, SLOTS,
                         kept(round, &result->yardstick));
        if (mpg_host() == 0)
            write_each(c->size, kept(round, &result->ours));
        mpg_barrier();
    }
}

/* Both have copies and host 0 writes: no bytes move.  Where host 1 is the home
 * that is an upgrade, asked for and granted; where host 0 is, it takes away
 * host 1's copy. */
static void run_take(const struct bench_case *c, struct result *result)
{
    long from = c->variant * SLOTS / 2;
    for (int round = 0; round < ROUNDS; round++) {
        set = round % SETS;
        if (mpg_host() == 1)
            write_all(c->size);
        mpg_barrier();
        wire_round_trips(PEER_POLLS, 64, SLOTS,
                         kept(round, &result->yardstick));
        if (mpg_host() == 0) {
            read_all(c->size, NULL);
            write_some(c->size, from, from + SLOTS / 2,
                       kept(round, &result->ours));
        }
        mpg_barrier();
    }
}

#define TCP "tcp_round_trip_polling"
#define READ(bytes)                                                            \
    {"read_fault_" #bytes "_waiting",                                          \
     "read fault of " #bytes " bytes, the owner waits at a barrier",           \
     TCP,                                                                      \
     0,                                                                        \
     RATIO_TIME,                                                               \
     run_read,                                                                 \
     bytes,                                                                    \
     PEER_POLLS,                                                               \
     NULL,                                                                     \
     NULL},                                                                    \
    {                                                                          \
        "read_fault_" #bytes "_computing",                                     \
            "read fault of " #bytes " bytes, the owner computes",              \
            "tcp_round_trip_epoll_beside_computing", 0, RATIO_TIME, run_read,  \
            bytes, PEER_COMPUTES, NULL, NULL                                   \
    }

#define WRITE(copies, needed)                                                  \
    {"write_fault_copies_" #copies,                                            \
     "write fault of 4096 bytes, " #copies " other hosts have copies",         \
     "write_fault_copies_0",                                                   \
     needed,                                                                   \
     RATIO_TIME,                                                               \
     run_write,                                                                \
     4096,                                                                     \
     copies,                                                                   \
     NULL,                                                                     \
     NULL}

const struct bench_case fault_cases[] = {
    READ(64),
    READ(128),
    READ(1024),
    READ(4096),
    {"write_fault_copies_0",
     "write fault of 4096 bytes that host 1 may write, it waits", TCP, 0,
     RATIO_TIME, run_write_alone, 4096, 0, NULL, NULL},
    WRITE(1, 2),
    WRITE(3, 4),
    WRITE(7, 8),
    {"upgrade_4096", "write to a copy, the home has the other", TCP, 2,
     RATIO_TIME, run_take, 4096, 1, NULL, NULL},
    {"invalidation_4096", "write at home, the other host has a copy", TCP, 2,
     RATIO_TIME, run_take, 4096, 0, NULL, NULL},
    {0},
};

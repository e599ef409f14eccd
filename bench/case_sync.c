/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * What hosts do to agree: barrier, locks, atomic operations, threads.
 */
#include <stdatomic.h>
#include <stdlib.h>

#include "bench.h"
#include "millipage.h"

enum { ROUNDS = 30, TIMES = 50 };

#define LOCK       7u
#define ARRIVAL_US 30.0

#pragma millipage shared
static atomic_long counter;

#pragma millipage shared granularity(element)
static volatile long counters[2];

#define PARTS 4
#define PART  512 /* longs a page */
#pragma millipage shared granularity(page)
static volatile long record[PARTS * PART];

static void run_barrier(const struct bench_case *c, struct result *result)
{
    (void)c;
    for (int round = 0; round < ROUNDS; round++) {
        mpg_barrier();
        wire_round_trips(PEER_POLLS, 64, TIMES, &result->yardstick);
        mpg_barrier();
        for (int i = 0; i < TIMES; i++) {
            double start = now_us();
            mpg_barrier();
            samples_add(&result->ours, now_us() - start);
        }
    }
}

/* What a program that meets again and again waits on average: the slow ones,
 * which a median does not see, are part of it. */
static void run_barriers(const struct bench_case *c, struct result *result)
{
    for (int round = 0; round < ROUNDS; round++) {
        mpg_barrier();
        wire_round_trips(PEER_POLLS, 64, TIMES, &result->yardstick);
        mpg_barrier();
        double start = now_us();
        for (long i = 0; i < c->size; i++)
            mpg_barrier();
        samples_add(&result->ours, (now_us() - start) / (double)c->size);
    }
}

static void timed_lock(struct samples *samples)
{
    double start = now_us();
    mpg_lock(LOCK);
    samples_add(samples, now_us() - start);
    mpg_unlock(LOCK);
}

/* Nobody else has ever wanted it. */
static void run_lock_alone(const struct bench_case *c, struct result *result)
{
    (void)c;
    for (int round = 0; round < ROUNDS; round++) {
        mpg_barrier();
        wire_round_trips(PEER_POLLS, 64, TIMES, &result->yardstick);
        for (int i = 0; mpg_host() == 0 && i < TIMES; i++)
            timed_lock(&result->ours);
        mpg_barrier();
    }
}

/* Until host 1 waits at the next barrier, and its arrival there, which is not
 * what is measured, has been sent and received. */
static void let_it_arrive(void)
{
    double start = now_us();
    while (now_us() - start < ARRIVAL_US)
        ;
}

/* Host 1 had it last. */
static void run_lock_handoff(const struct bench_case *c, struct result *result)
{
    (void)c;
    for (int round = 0; round < ROUNDS; round++) {
        mpg_barrier();
        wire_round_trips(PEER_POLLS, 64, TIMES, &result->yardstick);
        for (int i = 0; i < TIMES; i++) {
            if (mpg_host() == 1) {
                mpg_lock(LOCK);
                mpg_unlock(LOCK);
            }
            mpg_barrier();
            if (mpg_host() == 0) {
                let_it_arrive();
                timed_lock(&result->ours);
            }
            mpg_barrier();
        }
    }
}

/* All want it all the time; per acquisition, of the whole job. */
static void run_lock_contended(const struct bench_case *c,
                               struct result *result)
{
    (void)c;
    for (int round = 0; round < ROUNDS; round++) {
        mpg_barrier();
        wire_round_trips(PEER_POLLS, 64, TIMES, &result->yardstick);
        mpg_barrier();
        double start = now_us();
        for (int i = 0; i < TIMES; i++) {
            mpg_lock(LOCK);
            mpg_unlock(LOCK);
        }
        mpg_barrier();
        samples_add(&result->ours, (now_us() - start) / (TIMES * mpg_hosts()));
    }
}

/* The hosts take turns at a record of so many minipages behind a lock.  Its
 * first word says whose turn it is: who finds that out too early has to come
 * again, and that is part of it. */
static void run_turns(const struct bench_case *c, struct result *result)
{
    for (int round = 0; round < ROUNDS; round++) {
        mpg_barrier();
        wire_round_trips(PEER_POLLS, 64, TIMES, &result->yardstick);
        mpg_barrier();
        double start = now_us();
        for (int left = TIMES; left;) {
            mpg_lock(LOCK);
            bool is_ours = record[0] % mpg_hosts() == mpg_host();
            for (long part = 0; is_ours && part < c->size; part++)
                record[part * PART]++;
            mpg_unlock(LOCK);
            left -= is_ours;
        }
        mpg_barrier();
        samples_add(&result->ours, (now_us() - start) / (TIMES * mpg_hosts()));
    }
}

static void run_atomic(const struct bench_case *c, struct result *result)
{
    (void)c;
    for (int round = 0; round < ROUNDS; round++) {
        mpg_barrier();
        wire_round_trips(PEER_POLLS, 64, TIMES, &result->yardstick);
        mpg_barrier();
        double start = now_us();
        for (int i = 0; i < TIMES; i++)
            atomic_fetch_add(&counter, 1);
        mpg_barrier();
        samples_add(&result->ours, (now_us() - start) / (TIMES * mpg_hosts()));
    }
}

/* Messages of this host while both add to neighbours in memory, beside those
 * of the barriers around it. */
static void run_false_sharing(const struct bench_case *c, struct result *result)
{
    (void)c;
    for (int round = 0; round < ROUNDS; round++) {
        struct mpg_stats before, after;
        if (mpg_host() < 2)
            counters[mpg_host()]++; /* The first one may cost. */
        mpg_barrier();
        mpg_stats(&before, sizeof before);
        for (int i = 0; mpg_host() < 2 && i < 100000; i++)
            counters[mpg_host()]++;
        mpg_stats(&after, sizeof after);
        samples_add(&result->ours,
                    (double)(after.messages_sent - before.messages_sent));
        mpg_barrier();
    }
}

static void reply(void)
{
    atomic_fetch_add(&counter, 1);
}

/* Until the thread there has begun and said so. */
static void run_spawn(const struct bench_case *c, struct result *result)
{
    (void)c;
    for (int round = 0; round < ROUNDS; round++) {
        mpg_barrier();
        wire_round_trips(PEER_POLLS, 64, TIMES, &result->yardstick);
        if (mpg_host() == 0)
            atomic_store(&counter, 0);
        for (int i = 0; mpg_host() == 0 && i < 10; i++) {
            double start = now_us();
            if (mpg_spawn(1, reply, ""))
                exit(1);
            while (atomic_load(&counter) <= i)
                ;
            samples_add(&result->ours, now_us() - start);
        }
        mpg_barrier();
    }
}

#define TCP "tcp_round_trip_polling"
#define BARRIER(n)                                                             \
    {"barrier_" #n,                                                            \
     "barrier of " #n " hosts",                                                \
     TCP,                                                                      \
     n,                                                                        \
     RATIO_TIME,                                                               \
     run_barrier,                                                              \
     0,                                                                        \
     0,                                                                        \
     NULL,                                                                     \
     NULL}

const struct bench_case sync_cases[] = {
    BARRIER(2),
    BARRIER(4),
    BARRIER(8),
    {"barriers_2", "of 1000 barriers of 2 hosts in a row, on average", TCP, 2,
     RATIO_TIME, run_barriers, 1000, 0, NULL, NULL},
    {"lock_alone", "lock that only this host uses", TCP, 0, RATIO_TIME,
     run_lock_alone, 0, 0, NULL, NULL},
    {"lock_handoff_2", "lock that the other host had last", TCP, 2, RATIO_TIME,
     run_lock_handoff, 0, 0, NULL, NULL},
    {"lock_contended_2", "lock that 2 hosts want all the time", TCP, 2,
     RATIO_TIME, run_lock_contended, 0, 0, NULL, NULL},
    {"lock_contended_4", "lock that 4 hosts want all the time", TCP, 4,
     RATIO_TIME, run_lock_contended, 0, 0, NULL, NULL},
    {"guarded_turns_2", "turns of 2 hosts at 4 minipages behind a lock", TCP, 2,
     RATIO_TIME, run_turns, PARTS, 0, NULL, NULL},
    {"atomic_contended_2", "atomic increment by 2 hosts all the time", TCP, 2,
     RATIO_TIME, run_atomic, 0, 0, NULL, NULL},
    {"atomic_contended_4", "atomic increment by 4 hosts all the time", TCP, 4,
     RATIO_TIME, run_atomic, 0, 0, NULL, NULL},
    {"spawn", "a thread on the other host, until it has said so", TCP, 0,
     RATIO_TIME, run_spawn, 0, 0, NULL, NULL},
    {"false_sharing_messages",
     "messages while both hosts add to neighbouring longs", "none", 0,
     RATIO_ITSELF, run_false_sharing, 0, 0, NULL, NULL},
    {0},
};

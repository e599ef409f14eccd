/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * A whole job in one process: hosts, page tables, channels and threads, all
 * simulated, around the real protocol.  Whoever drives it chooses what happens
 * next (a delivery, or a thread that does its next thing), and the world
 * performs it and checks the protocol's invariants.  The first violation
 * prints the last steps and ends the process.
 *
 * The bytes of a minipage are a number, its version: a write makes the next
 * one, COPY and TAKE carry it.
 */
#ifndef MPG_TEST_WORLD_H
#define MPG_TEST_WORLD_H

#include "proto/proto.h"

enum {
    WORLD_HOSTS = 72,
    WORLD_MINIPAGES = 4,
    WORLD_LOCKS = 2,
    WORLD_THREADS = 4, /* of one host */
    WORLD_SHARERS = 6, /* blocks of copy sets at a host, with the unused one */
    WORLD_FLIGHTS = 8192,
    WORLD_LINE = 8192, /* requests for one lock that are remembered */
    WORLD_TRACE = 4096,
};

/* Requests for one minipage that can wait at its home at a time. */
#define MPG_WAITS_PER_MINIPAGE(hosts) (MPG_WAITS_PER_HOST * (hosts) + 1)

/* The states of a copy and what happens to it, as copy.c has them, to count
 * which rules have fired. */
enum { WORLD_STATES = 6, WORLD_COLUMNS = 11 };
extern const char *const world_states[WORLD_STATES];
extern const char *const world_columns[WORLD_COLUMNS];

enum world_thread_state {
    THREAD_IDLE,
    THREAD_RUNS,    /* has faulted; will look at its page when it may run */
    THREAD_WAITS,   /* for a WAKE of its minipage */
    THREAD_IN_LINE, /* for a lock */
    THREAD_HOLDS,   /* a lock */
};

struct world_thread {
    uint8_t state;
    uint8_t access;
    uint8_t minipage; /* or lock */
    uint32_t ticket;  /* its place in the line of its host */
};

/* A message on its way, with the bytes that go along. */
struct flight {
    struct mpg__message message;
    uint64_t version;
    uint32_t next;
    uint8_t has_data;
    uint8_t is_landing; /* its bytes have begun to arrive */
};

struct world_host {
    struct mpg__node node;
    struct mpg__copy copy[WORLD_MINIPAGES];
    struct mpg__home home[WORLD_MINIPAGES];
    struct mpg__lock lock[WORLD_LOCKS];
    struct mpg__barrier barrier;
    struct mpg__wait *waits;
    struct mpg__sharers sharers[WORLD_SHARERS];
    uint8_t page[WORLD_MINIPAGES]; /* what the page table allows */
    uint64_t version[WORLD_MINIPAGES];
    struct world_thread thread[WORLD_THREADS];
    uint32_t tickets[WORLD_LOCKS];
    uint32_t in_front[WORLD_LOCKS]; /* who may still pass the successor */
    uint32_t arrivals;              /* at the barrier */
    uint32_t releases;
    uint8_t nexts[WORLD_MINIPAGES]; /* minipages to be looked at again */
    uint32_t nexts_count;
};

struct channel {
    uint32_t head;
    uint32_t tail;
    uint32_t place; /* in active, when not empty */
};

struct trace_entry {
    uint64_t step;
    uint16_t host;
    uint8_t kind; /* enum mpg__event_kind */
    uint8_t access;
    uint32_t slot;
    struct mpg__message message;
    bool is_lock, is_barrier;
    uint8_t state, pins, deferred, home_state; /* after the step */
};

struct world {
    uint64_t seed;
    unsigned hosts, minipages, locks, threads;
    bool is_next_late;    /* MPG_ACTION_NEXT is an event like others */
    bool is_landing_slow; /* other things happen while bytes arrive */
    uint64_t steps;
    uint64_t latest[WORLD_MINIPAGES];
    struct world_host host[WORLD_HOSTS];
    struct channel channel[WORLD_HOSTS * WORLD_HOSTS];
    uint32_t active[WORLD_HOSTS * WORLD_HOSTS]; /* channels that have flights */
    uint32_t active_count;
    struct flight flight[WORLD_FLIGHTS];
    uint32_t flights_free, flights_used;
    int holder[WORLD_LOCKS];                /* host, or -1 */
    unsigned tokens[WORLD_LOCKS];           /* under way */
    uint16_t line[WORLD_LOCKS][WORLD_LINE]; /* hosts in the home's order */
    uint32_t line_head[WORLD_LOCKS], line_tail[WORLD_LOCKS];
    struct trace_entry trace[WORLD_TRACE];
    uint64_t trace_count;
    uint64_t fired[WORLD_STATES][WORLD_COLUMNS];
    uint64_t messages; /* between hosts */
    uint64_t messages_with_data;
};

/* Starts over; `fired`, `steps` and `messages` go on counting. */
void world_open(struct world *, uint64_t seed, unsigned hosts,
                unsigned minipages, unsigned locks, unsigned threads);
void world_close(struct world *);

/* What may happen next. */
void world_deliver(struct world *, unsigned channel);
void world_next(struct world *, unsigned host); /* the oldest NEXT of a host */
void world_fault(struct world *, unsigned host, unsigned thread,
                 unsigned minipage, unsigned access);
void world_run(struct world *, unsigned host, unsigned thread);
void world_prefetch(struct world *, unsigned host, unsigned minipage,
                    unsigned access);
void world_push(struct world *, unsigned host, unsigned minipage);
void world_lock(struct world *, unsigned host, unsigned thread, unsigned lock);
void world_unlock(struct world *, unsigned host, unsigned thread);
bool world_may_arrive(const struct world *, unsigned host);
void world_arrive(struct world *, unsigned host); /* at the barrier */

/* When nothing is on its way and nobody can run: nobody may be waiting. */
void world_check_quiet(struct world *);

/* Used among the world's own files (world_check.c). */
_Noreturn void world_fail(const struct world *, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void world_check_minipage(struct world *, unsigned minipage);
void world_check_lock(struct world *, unsigned lock);
void world_check_line(struct world *, unsigned to, unsigned from, unsigned kind,
                      unsigned lock);
void world_check_release(struct world *, unsigned host);
void world_count_rule(struct world *, const struct mpg__event *);
void world_trace(struct world *, unsigned host, const struct mpg__event *);
void world_trace_after(struct world *, const struct mpg__event *);
extern const struct world *world_now; /* for mpg__assert_fail */

#endif

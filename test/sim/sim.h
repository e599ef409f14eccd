/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * A job of up to 4,096 hosts in one thread: the protocol's object code that
 * ships, over a simulated network and simulated page tables.  A seed decides
 * everything.
 *
 *   mpgsim.c    options, simulations side by side
 *   workload.c  what the hosts' programs do
 *   thread.c    their threads: the fault path, as runtime/engine/fault.c has it
 *   host.c      the driver: events in, actions performed
 *   network.c   what is on its way, and when it arrives
 *   oracle.c    what must be true, whatever the protocol believes
 *   table.c     state that is there only once it is touched
 *   report.c    what it cost
 *
 * Everything is sparse: what a host keeps about a minipage or a lock, and a
 * channel between two hosts, exist once they are used.  Nothing has a size of
 * hosts times minipages, or of hosts times hosts.
 *
 * The bytes of a minipage are a number, its version: a write makes the next
 * one, COPY and TAKE carry it.
 */
#ifndef MPG_TEST_SIM_H
#define MPG_TEST_SIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "proto/proto.h"
#include "unit/prng.h"

enum {
    SIM_HOSTS_MAX = 4096,
    SIM_PHASES_MAX = 10000,
    SIM_MINIPAGES_MAX = 1024, /* of a host */
    SIM_READERS_MAX = 4095,
    SIM_SHARERS_MAX = 1 << 20,
    SIM_SEEDS_MAX = 64, /* at a time */
};

enum sim_workload {
    SIM_SPREAD,
    SIM_RANDOM,
    SIM_MIGRATORY,
    SIM_PRODUCER,
    SIM_BROADCAST,
    SIM_HOTSPOT,
    SIM_WORKLOADS
};

struct sim_config {
    unsigned hosts;
    unsigned workload;
    unsigned phases;
    unsigned
        minipages;    /* homed at each host, and one more that a lock guards */
    unsigned readers; /* of each minipage, SIM_PRODUCER */
    unsigned sharers; /* blocks for copy sets at each host */
    uint64_t steps_max;
    int64_t traced; /* the minipage whose steps are printed, or -1 */
    const char *mutation;
};

/* table.c: entries by key, at addresses that do not change. */
struct table {
    uint64_t **slot; /* each entry begins with its key */
    size_t size, used, bytes;
    char *chunk; /* where the next entries come from */
    size_t chunk_used;
    void **chunks;
    size_t chunks_count;
};
void table_open(struct table *, size_t bytes_of_an_entry);
void *table_get(struct table *, uint64_t key); /* zeros when it is new */
void table_close(struct table *);
/* Zeros that cost nothing until they are touched. */
void *sparse_zeros(size_t bytes);

/* One minipage at one host. */
struct place {
    uint64_t key; /* host, minipage */
    struct mpg__copy copy;
    uint64_t version; /* its bytes */
    uint32_t host, minipage;
    uint8_t page; /* what the page table allows */
    struct place *next_of_minipage;
};

/* One lock at one host. */
struct lock_place {
    uint64_t key;
    struct mpg__lock lock;
};

struct channel {
    uint64_t key;
    uint64_t last; /* when what was sent last arrives */
};

/* What is true of a minipage, and its directory entry. */
struct minipage {
    struct mpg__home home;
    uint64_t latest; /* version written last */
    uint32_t readers, writers;
    struct place *places;
    bool is_home_used;
};

struct lock_truth {
    uint32_t holder; /* host, or MPG_HOST_NONE */
    uint32_t tokens; /* under way */
};

enum thread_state {
    THREAD_NEXT, /* will begin its next operation */
    THREAD_WAITS,
    THREAD_WOKEN, /* will look whether it may */
    THREAD_TRIES, /* has let go; its instruction is about to run again */
    THREAD_STEPS, /* pinned; its instruction runs under the trap flag */
    THREAD_IN_LINE,
    THREAD_AT_BARRIER,
    THREAD_ENDED,
};

enum op_kind { OP_READ, OP_WRITE, OP_LOCK, OP_UNLOCK, OP_BARRIER, OP_END };
struct op {
    uint8_t kind;
    uint32_t number; /* of the minipage or lock */
};

struct thread {
    uint8_t state;
    uint8_t is_repeated;
    uint32_t phase, at; /* of its program: operations begun in this phase */
    struct op op;
    struct prng prng;
    uint32_t lock; /* chosen for this and the next operations */
};

struct sim_host {
    struct mpg__node node;
    struct mpg__barrier barrier;
    struct thread thread;
    uint32_t arrivals, releases;
    uint64_t sent, received;              /* messages from and to other hosts */
    uint32_t places, homes, locks, peers; /* how many it has state for */
};

/* Messages are accounted to what made them necessary. */
enum sim_cause {
    CAUSE_READ,
    CAUSE_WRITE,
    CAUSE_LOCK,
    CAUSE_BARRIER,
    SIM_CAUSES
};

struct sim_counts {
    uint64_t steps;
    uint64_t done[SIM_CAUSES]; /* faults, locks taken, barriers passed, in all
                                  hosts */
    uint64_t messages[SIM_CAUSES]; /* between hosts */
    uint64_t with_data;
    uint64_t accesses; /* that were checked */
};

struct flight {
    struct mpg__message message;
    uint64_t version;
    uint32_t next;
    uint16_t to;
    uint8_t has_data;
};

/* Something to happen: a flight that arrives, or a host's thread that goes
 * on. */
struct happening {
    uint64_t time, order;
    uint32_t number;
    bool is_thread;
};

struct sim {
    struct sim_config config;
    uint64_t seed;
    uint64_t now;
    struct prng prng;
    struct sim_counts counts;
    struct sim_host *host;
    struct minipage *minipage;
    struct lock_truth *lock;
    uint32_t minipages, locks;
    uint32_t arrived[2], passed; /* hosts, at barriers odd and even; behind */
    struct table places, lock_places, channels;
    struct mpg__wait *waits;
    struct mpg__sharers *sharers;
    size_t waits_each;
    /* network.c */
    struct happening *heap;
    size_t heap_count, heap_room;
    struct flight *flight;
    uint32_t flights_free, flights_used, flights_room;
    uint64_t order;
};

/* network.c */
void network_send(struct sim *, unsigned from, unsigned to,
                  const struct flight *);
void network_resume(struct sim *, unsigned host, unsigned delay);
bool network_next(struct sim *, struct happening *, struct flight *);
enum { SIM_LATENCY = 1000 }; /* of a message, about */

/* host.c */
void host_run(struct sim *);
void host_copy(struct sim *, unsigned host, unsigned event, unsigned minipage,
               unsigned access);
void host_lock(struct sim *, unsigned host, unsigned event, unsigned lock);
void host_barrier(struct sim *, unsigned host);
struct place *host_place(struct sim *, unsigned host, unsigned minipage);
unsigned minipage_home(const struct sim *, unsigned minipage);

/* thread.c */
void thread_run(struct sim *, unsigned host);
void thread_wake(struct sim *, unsigned host, unsigned minipage);
void thread_has_lock(struct sim *, unsigned host, unsigned lock);
void thread_passes(struct sim *, unsigned host); /* the barrier */

/* workload.c */
extern const char *const workload_names[SIM_WORKLOADS];
void workload_open(struct sim *); /* minipages and locks */
struct op workload_next(struct sim *, unsigned host);

/* oracle.c: each fails when what it looks at must not be. */
_Noreturn void sim_fail(const struct sim *, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void oracle_page(struct sim *, struct place *, unsigned from, unsigned to);
void oracle_access(struct sim *, struct place *, unsigned access);
void oracle_send(const struct sim *, unsigned from, unsigned to,
                 const struct flight *);
void oracle_land(const struct sim *, unsigned from, const struct place *,
                 const struct flight *);
void oracle_token(struct sim *, const struct flight *, int change);
void oracle_locked(struct sim *, unsigned host, unsigned lock);
void oracle_unlocked(struct sim *, unsigned host, unsigned lock);
void oracle_arrives(struct sim *, unsigned host);
void oracle_passes(struct sim *, unsigned host);
void oracle_end(struct sim *);
extern _Thread_local struct sim *sim_now; /* for mpg__assert_fail */

/* report.c */
struct report {
    struct sim_config config;
    uint64_t first_seed;
    unsigned seeds;
    struct sim_counts counts; /* of all seeds */
    double busiest_over_mean; /* of the seed where it is most */
    unsigned busiest;
    uint64_t busiest_messages;
    double bytes_mean, peers_mean;
    uint64_t bytes_most;
    unsigned peers_most;
};
void report_add(struct report *, const struct sim *);
void report_print(const struct report *);
bool report_json(const struct report *, FILE *); /* and closes it */

/* mpgsim.c */
enum { CLEAN = 0, VIOLATED = 1, MISUSED = 2 }; /* statuses */
/* Says why in one line, then the line that replays the simulation if there is
 * one, and ends the program with `status`.  Any thread; the first one's words
 * are the only ones. */
_Noreturn void sim_end(const struct sim *, int status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif

/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * A small job as one value: everything that decides what may happen next, in a
 * flat struct that is copied, packed and compared.  The explorer makes every
 * move in every state that it reaches; the moves run the protocol's own object
 * code.
 *
 *   state.c    the state, packed and told apart from others
 *   symmetry.c which states are renamings of each other
 *   moves.c    what may happen next
 *   drive.c    making it happen: the driver's promises P1 to P4 of proto.h
 *   threads.c  what threads do: the fault path, locks, the barrier
 *   judge.c    what must be true, whatever the protocol believes
 *   mutate.c   protocol bugs, planted around the protocol's step
 *   rows.c     which rules fired; the diagram
 *   visited.c  the states reached, how, and what follows on them
 *   explore.c  breadth first, and the report
 *
 * Bytes.  Of a minipage's bytes only one thing matters: are they what was
 * written last?  So a host, and a message with bytes, has one bit for each
 * minipage, set by the write that everybody else's bit is cleared by.  It
 * stands for a version that each write increases, compared with the latest.
 */
#ifndef MPG_TEST_MODEL_H
#define MPG_TEST_MODEL_H

#include <stdio.h>

#include "mutate.h"
#include "proto/proto.h"

enum {
    HOSTS_MAX = 4,
    MINIPAGES_MAX = 3,
    LOCKS_MAX = 2,
    THREADS_MAX = 2,
    OPS_MAX = 9,
    ROUNDS_MAX = 15,  /* of the barrier: four bits in a packed state */
    FLIGHTS_MAX = 16, /* of one channel */
    LINE_MAX = 2 * HOSTS_MAX,
    SHARERS_MAX = 4, /* blocks of copy sets, the unused one included */
    WAITS_MAX = 1 + MINIPAGES_MAX * (MPG_WAITS_PER_HOST * HOSTS_MAX + 1),
    MOVES_MAX = 160,
    PACKED_MAX = 1024,
    RENAMINGS_MAX = 24 * 6, /* orders of hosts, times those of minipages */
};

/* What is explored. */
struct model_config {
    unsigned hosts, minipages, locks, threads, ops;
    unsigned sharers;    /* blocks for copy sets at each host */
    unsigned operations; /* bits: 1 << enum model_op */
    bool is_landing_slow;
    bool is_outcome_all; /* judge what programs can notice, no more */
    bool is_verbose;     /* say every step, for a trace */
    FILE *out;
};
extern struct model_config model;

enum model_op {
    OP_READ,
    OP_WRITE,
    OP_PREFETCH_READ,
    OP_PREFETCH_WRITE,
    OP_PUSH,
    OP_LOCK,
    OP_BARRIER,
    OPS
};

enum thread_state {
    THREAD_IDLE,
    THREAD_WAITS, /* has faulted and pinned; sleeps until a WAKE */
    THREAD_RUNS,  /* woken; will look whether it may */
    THREAD_TRIES, /* has let go; its instruction is about to run again */
    THREAD_STEPS, /* pinned; its instruction runs under the trap flag */
    THREAD_IN_LINE,
    THREAD_AT_BARRIER,
};

struct model_thread {
    uint8_t state;
    uint8_t access;
    uint8_t slot; /* of the minipage, or the lock it stands in line for */
    uint8_t is_repeated;
    uint8_t rank; /* threads of this host in front of it in line */
    uint8_t held; /* 1 + the lock that it holds, or 0 */
};

/* A message under way, as small as it goes. */
struct flight {
    uint8_t kind, flags, slot, requester, need, arg;
    uint8_t has_data : 1;
    uint8_t is_current : 1; /* its bytes are what was written last */
    uint8_t is_landing : 1; /* its bytes are being put in place */
};

struct channel {
    uint8_t count;
    struct flight flight[FLIGHTS_MAX];
};

struct model_host {
    struct mpg__node node; /* its pointers are set before each step */
    struct mpg__copy copy[MINIPAGES_MAX];
    struct mpg__home home[MINIPAGES_MAX];
    struct mpg__lock lock[LOCKS_MAX];
    struct mpg__barrier barrier;
    struct mpg__wait waits[WAITS_MAX];
    struct mpg__sharers sharers[SHARERS_MAX];
    /* What really is, whatever the protocol believes. */
    uint8_t page[MINIPAGES_MAX];       /* what the page table allows */
    uint8_t is_current[MINIPAGES_MAX]; /* the bytes are the last written */
    uint8_t asking[MINIPAGES_MAX];     /* the access it has asked for */
    uint8_t in_front[LOCKS_MAX];       /* who may still pass the successor */
    uint8_t arrivals, releases;        /* at the barrier */
    uint8_t budget;                    /* operations that it may yet begin */
    struct model_thread thread[THREADS_MAX];
};

/* Who asked, in the order in which the home heard it. */
struct line {
    uint8_t count;
    uint8_t is_pushed; /* and so not kept any more */
    struct {
        uint8_t host, access;
    } entry[LINE_MAX];
};

struct state {
    struct model_host host[HOSTS_MAX];
    struct channel channel[HOSTS_MAX][HOSTS_MAX]; /* [from][to] */
    struct line line[MINIPAGES_MAX];
    struct line lock_line[LOCKS_MAX];
};

/* state.c */

struct packed {
    uint32_t bytes;
    uint8_t byte[PACKED_MAX];
};
struct hash {
    uint64_t high, low;
};
void state_open(struct state *);
void state_pack(const struct state *, struct packed *);
void state_unpack(struct state *, const uint8_t *bytes);
unsigned state_symmetries(void); /* finds and counts them */
struct hash state_hash(const struct state *);
/* Whether nothing but an operation begun tells the two apart. */
bool packed_is_same_but_budget(const struct packed *, const struct packed *);

/* symmetry.c */

/* New names: host i of the renamed state is host `host[i]` of this one. */
struct renaming {
    uint8_t host[HOSTS_MAX], minipage[MINIPAGES_MAX];
    uint8_t new_host[HOSTS_MAX]; /* the other way round */
    uint8_t new_minipage[MINIPAGES_MAX];
};
/* The first one found changes nothing. */
unsigned renamings_find(struct renaming found[RENAMINGS_MAX]);

/* The sets of a host's directory entries, which point into it. */
struct mpg__hostsets host_sets(const struct model_host *);
bool host_has_copy(const struct model_host *home, unsigned minipage,
                   unsigned host);

/* moves.c */

enum move_kind {
    MOVE_DELIVER, /* the first message from `host` to `to` */
    MOVE_LAND,    /* its bytes begin to arrive */
    MOVE_RUN,     /* thread `to` of `host` goes on */
    MOVE_UNLOCK,
    MOVE_ARRIVE, /* at a barrier where others wait */
    MOVE_BEGIN,  /* an operation; the only kind that nobody has to make */
};
struct move {
    uint8_t kind, host, to, op, slot;
};
unsigned moves_of(const struct state *, struct move[MOVES_MAX]);
void move_make(struct state *, const struct move *);
void move_say(const struct state *, const struct move *);
const char *op_name(unsigned op);

/* drive.c */

unsigned minipage_home(unsigned minipage);
unsigned lock_home(unsigned lock);
void drive_deliver(struct state *, unsigned from, unsigned to);
void drive_land(struct state *, unsigned from, unsigned to);
void drive_copy(struct state *, unsigned host, unsigned kind, unsigned minipage,
                unsigned access);
void drive_lock(struct state *, unsigned host, unsigned kind, unsigned lock);
void drive_barrier(struct state *, unsigned host);

/* threads.c */

void thread_begin(struct state *, unsigned host, unsigned thread, unsigned op,
                  unsigned slot);
void thread_run(struct state *, unsigned host, unsigned thread);
void thread_unlock(struct state *, unsigned host, unsigned thread);
void thread_arrive(struct state *, unsigned host, unsigned thread);
void threads_wake(struct state *, unsigned host, unsigned minipage);
void threads_give_lock(struct state *, unsigned host, unsigned lock);
void threads_leave_barrier(struct state *, unsigned host);

/* judge.c: each fails with a sentence when what it looks at must not be. */

_Noreturn void model_fail(const char *format, ...)
    __attribute__((format(printf, 1, 2)));
void judge_minipage(const struct state *, unsigned minipage);
void judge_lock(const struct state *, unsigned lock);
void judge_waits(const struct state *, unsigned host);
void judge_sharers(const struct state *, unsigned host);
void judge_landing(const struct state *, unsigned to, const struct flight *);
void judge_changing(const struct state *, unsigned host, unsigned minipage);
void judge_release(const struct state *, unsigned host);
void judge_rest(const struct state *); /* a state that nothing must follow */
void judge_asked(struct state *, unsigned host, unsigned minipage,
                 unsigned access);
void judge_heard(struct state *, unsigned from, unsigned kind, unsigned slot);
void judge_answered(struct state *, unsigned host, unsigned minipage);
void judge_pushed(struct state *, unsigned minipage);
void judge_token(struct state *, unsigned host, unsigned lock);

/* rows.c */

void rows_count(const struct mpg__event *);
void rows_arrived(const struct mpg__event *, unsigned state_before);
unsigned rows_state(const struct mpg__copy *);
const char *rows_state_name(unsigned state);
unsigned rows_report(FILE *); /* how many rows ought to have fired */
void rows_diagram(FILE *);

/* visited.c */

/* The state's number, new or known. */
uint32_t visited_add(struct hash, uint32_t parent, unsigned move, bool *is_new);
void visited_follow(uint32_t successor); /* of the state that is expanded */
void visited_expanded(void);
uint32_t visited_count(void);
uint64_t visited_transitions(void);
uint32_t visited_parent(uint32_t, unsigned *move);
bool visited_find(struct hash, uint32_t *);
/* A state on a cycle, if there is one: a run that never ends. */
bool visited_cycle(uint32_t *on_it, uint32_t **next);

#endif

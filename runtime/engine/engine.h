/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * The engine turns faults, messages and calls into protocol events, and the
 * protocol's actions into page-table changes, messages and wake-ups.
 *
 * One lock guards the protocol state of the host (E, mpg__engine.lock).  It is
 * held for short steps only, never while waiting and never while touching an
 * application view; whoever holds it has all signals blocked, because the
 * fault handler takes it, or is in that handler (signals.c).
 */
#ifndef MPG_ENGINE_ENGINE_H
#define MPG_ENGINE_ENGINE_H

#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/mutex.h"
#include "proto/proto.h"
#include "region.h"

/* Requests that a host may have open at once by prefetching. */
#define MPG_PREFETCH_MAX 4096u
/* Entries for waiting requests at a home, per host of the job. */
#define MPG_WAITS_OF_A_HOST 8192u
_Static_assert(2 * MPG_PREFETCH_MAX <= MPG_WAITS_OF_A_HOST,
               "a host's threads, too, ask");
/* Blocks for the copy sets of the minipages homed at a host, 16 bytes each,
 * for those that more than MPG_HOSTSET_NAMES hosts have: one for each 64 hosts
 * among which there is one.  Memory is what is used. */
#define MPG_SHARERS_OF_A_HOST (1u << 20)

/* A thread that waits for something.  Lives on its stack. */
struct mpg__waiter {
    struct mpg__waiter *next;
    _Atomic uint32_t state;    /* see wait.c */
    uint32_t region, slot;     /* of the minipage, or epoch in slot */
    uint64_t value;            /* an answer's */
    struct mpg__layout layout; /* an answer's */
};

struct mpg__counts {
    uint64_t read_faults, write_faults, messages_sent, bytes_sent;
    uint64_t invalidations, minipages, barriers, locks;
};

struct mpg__engine {
    mpg__mutex lock;
    struct mpg__node node;
    struct mpg__counts counts;
    _Atomic uint32_t
        requests_open;       /* of this host, by faults and prefetching */
    _Atomic uint32_t losses; /* of rights that this host had, a count that runs
                                round */
    struct mpg__barrier barrier;
    struct mpg__waiter *barrier_waiter;
    uintptr_t barrier_place; /* where in the program it waits */
    uint32_t epoch;          /* of the last question asked of another host */
};
extern struct mpg__engine mpg__engine;

/* Takes the lock; unlocks, and what was posted under it leaves. */
void mpg__engine_lock(void);
void mpg__engine_unlock(void);

/* Brackets a call into the engine from ordinary code: signals blocked, so that
 * no handler of the program finds the engine's locks held by its own thread;
 * and the thread is not cancelled, for it would end with those locks, or with
 * the role of receiver, and nobody would serve any more. */
struct mpg__outside { /* how the thread was before */
    sigset_t mask;
    int cancel_state;
};
void mpg__enter(struct mpg__outside *before);
void mpg__leave(const struct mpg__outside *before);

/* A child of fork has copies of our connections but no part in the job: what
 * it did there would be done in its parent's name.  It ends, and it alone, when
 * it comes here. */
void mpg__refuse_child(void);
bool mpg__is_child(void);
void mpg__note_forks(void); /* once, before main */

/* engine.c.  All of these under the lock. */
void mpg__step_copy(enum mpg__event_kind, uint32_t region, uint32_t slot,
                    enum mpg__access);
struct mpg__copy *mpg__copy_of(uint32_t region, uint32_t slot);
void mpg__step_barrier(void);
/* Sends to another host, as soon as the lock is given up, and counts it. */
void mpg__post(unsigned host, struct mpg__message *, const void *payload);

/* locks.c.  Under the lock.  The waiter is woken when the thread has it.  Ids
 * below 2^32 are the program's (mpg_lock). */
void mpg__lock_ask(uint64_t id, struct mpg__waiter *);
bool mpg__lock_give_back(uint64_t id); /* false: this host does not hold it */
void mpg__lock_owned(uint64_t id, bool has_come); /* from another host */
struct mpg__lock *mpg__lock_of(uint64_t id);
unsigned mpg__lock_home(uint64_t id);

/* recall.c, under the lock: a phase of the program begins on this host, at that
 * place in the program's code, not 0. */
void mpg__recall(uintptr_t place);
/* This phase of the program has asked for that. */
void mpg__recall_note(uint32_t region, uint32_t slot, enum mpg__access);

/* publish.c, without the lock, signals blocked: this host has come to a
 * barrier, said so, and is about to wait. */
void mpg__publish(void);

/* advice.c, before anybody uses it: a region was added.  And whether regions
 * of more than one view are composed at first. */
void mpg__advice_add(struct mpg__region *);
bool mpg__advice_at_first(void);

/* wait.c. */
void mpg__waiter_add(struct mpg__waiter *, uint32_t region, uint32_t slot);
void mpg__waiters_wake(uint32_t region, uint32_t slot); /* and forget */
void mpg__waiter_wake(struct mpg__waiter *);
/* Sleeps or polls until the waiter is woken.  Without the lock.  The other one
 * is for a minipage, of which more may be needed (keep.c). */
void mpg__wait(struct mpg__waiter *);
void mpg__wait_minipage(struct mpg__waiter *);
/* As mpg__wait, for who has called mpg__meet before he said that he is there,
 * and what that said: it takes what has come, and perhaps the role. */
bool mpg__meet(void);
void mpg__wait_met(struct mpg__waiter *, bool has_role);
/* After asking for what is not needed yet: serves for a moment, if that is
 * likely to bring it.  Without the lock, signals blocked. */
void mpg__stay(void);
/* For a loop that looks at shared memory until another thread has written to
 * it: serves the connections for a moment if nobody else does, and gives the
 * processor to others, the longer the more often it was called (`tries`). */
void mpg__pause(unsigned tries);
/* While a thread has set `is_counting`: how long all these and its faults have
 * taken it.  Each is between a begin and an end, to which it hands on what the
 * begin has answered. */
struct mpg__waited {
    bool is_counting;
    uint64_t ns;
};
extern __thread struct mpg__waited mpg__waited
    __attribute__((tls_model("initial-exec")));
uint64_t mpg__waited_begin(void);
void mpg__waited_end(uint64_t begun);
uint64_t mpg__now_ns(void);

/* alarm.c: has mpg__services.alarm called at that time, of mpg__now_ns; one
 * time only, the last one told. */
void mpg__alarm_set(uint64_t at);
/* So many threads of this host compute at a time. */
void mpg__wait_threads(unsigned threads);
void mpg__wait_start(unsigned busy_hosts_per_core);

/* alone.c: this thread is one of the library, and never uses a vpage; except
 * between the other two, or to make a thread that may.  Without the lock. */
void mpg__alone_inner(void);
void mpg__alone_no_more(void);
void mpg__alone_again(void);

/* server.c. */
/* Makes the server thread call mpg__threads_work soon. */
void mpg__server_call(void);
void mpg__server_start(void);

/* services.c: what hosts ask of each other beside coherence. */
bool mpg__service_deliver(const struct mpg__message *, const void *payload);
/* Makes a region for this host; false when the object is full. */
bool mpg__region_make(const struct mpg__layout *wanted, uint32_t *region);
/* Asks the maker of a region for the bytes of the allocation at cell. */
uint64_t mpg__remote_size(uint32_t region, uint32_t cell);
void mpg__remote_free(uint32_t region, uint32_t cell);
/* Set by the api: the maker's side of the two above; and how to start a
 * thread, which is called in the server thread. */
struct mpg__object {
    const char *name, *file; /* NULL: none */
    uint32_t line;
    const char *parts; /* mpg_abi_var */
};
struct mpg__services {
    void (*freed)(uint32_t region, uint32_t cell, unsigned by);
    uint64_t (*size)(uint32_t region, uint32_t cell);
    void (*start)(const void *call, uint32_t bytes, uint32_t thread);
    /* In the fault handler: an access to shared memory that the program may
     * not make at all ends the run here. */
    void (*check)(const void *address);
    /* Under the lock: what compiled code is to be told of a region. */
    void (*composed)(uint32_t region, bool is_composed);
    /* In the fault handler: the program is about to die of an access to memory
     * that is none of ours; the hook may know why. */
    void (*crash)(const void *address, const void *context);
    /* Whose the slot is, as far as that is known (explain.c). */
    void (*object)(uint32_t region, uint32_t slot, struct mpg__object *);
    /* A TEAM_* message, under the lock: of an OpenMP job.  Answers NULL, or
     * why it cannot be of a host that keeps to the rules. */
    const char *(*team)(const struct mpg__message *, const void *payload);
    /* Under the lock: it is the time that mpg__alarm_set was told. */
    void (*alarm)(void);
};
extern struct mpg__services mpg__services;

/* explain_text.c: this host allocates so many bytes of a region, for --explain;
 * to be called when that is on. */
extern bool mpg__explain_is_on;
void mpg__explain_made(uint32_t region, uint64_t bytes);
/* What the main thread of host 0 has spent in regions on all hosts, and of that
 * waiting, in ns; what was said last counts. */
void mpg__explain_regions(uint64_t ns, uint64_t waited);

/* threads.c. */
/* Has `host` start a thread from a description of at most
 * MPG_MESSAGE_SMALL_MAX bytes. */
void mpg__thread_ask(unsigned host, const void *call, uint32_t bytes);
/* Brackets the life of a started thread, in that thread. */
void mpg__thread_begin(uint32_t thread);
void mpg__thread_end(uint32_t thread);
/* Starts those that were asked for; in the server thread, no lock held. */
void mpg__threads_work(void);
/* Waits until all that this host's own threads asked for have ended, and what
 * those asked for, and so on. */
void mpg__threads_wait(void);

/* fault.c. */
/* Installs the handlers; before main. */
void mpg__fault_start(void);
/* An access that the kernel refused at address; false when it is none of ours.
 * `context` is the ucontext_t of the signal. */
bool mpg__fault(const void *address, bool is_write, void *context);

/* start.c. */
/* Connects this host with the others, once; any call that needs them comes
 * through here.  Before it the program has one host's worth of layout. */
void mpg__engine_start(void);
extern _Atomic bool mpg__engine_is_started;
/* Waits until every host has come here, then lets go of them. */
void mpg__engine_finish(void);
/* Set by the api: called once, when all variables are known. */
extern uint64_t (*mpg__layout_check)(void); /* answers a hash of the layout */

/* Hosts of the job on this machine, this one included. */
unsigned mpg__local_hosts(void);

/* vmas of this process, and hosts that it is connected with, now. */
uint64_t mpg__count_mappings(void);
unsigned mpg__count_connections(void);
/* Counters as lines for the launcher, and for mpg_stats. */
struct mpg__counts mpg__counts_now(void);

#endif

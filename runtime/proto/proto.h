/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * The coherence protocol as a pure function: state and event in, actions out.
 * No I/O, clock, thread, allocation or errno in this folder; the runtime, a
 * model checker and a simulator all drive this same object code.
 *
 * Single writer or many readers for each minipage, kept by three small
 * machines: the *copy* of a minipage at a host (copy.c), its directory entry
 * at its *home* host (home.c), and beside them *locks* (lock.c) and the
 * *barrier* (barrier.c).  Each file begins with its states and invariants.
 *
 * What the driver promises:
 *   P1  Steps of one host do not overlap, and the actions of a step are
 *       performed, in order, before its next step.
 *   P2  Messages from one host to another arrive in the order sent.  Messages
 *       of a host to itself too.
 *   P3  COPY and TAKE are delivered after their bytes are in place.
 *   P4  A closed minipage cannot be read, a readable one cannot be written,
 *       before anything that its host says afterwards can leave it.
 */
#ifndef MPG_PROTO_PROTO_H
#define MPG_PROTO_PROTO_H

#include <stdbool.h>
#include <stdint.h>

#include "hostset.h"
#include "message.h"

#define MPG_HOST_NONE 0xffff

enum mpg__access { MPG_ACCESS_NONE, MPG_ACCESS_READ, MPG_ACCESS_WRITE };

/* A host's copy of one minipage.  All zeros: no copy, nothing asked. */
struct mpg__copy {
    uint8_t access;   /* what this host's vpages allow: enum mpg__access */
    uint8_t asked;    /* what is asked of the home and not yet answered */
    uint8_t answered; /* a write was granted, `need` is known */
    uint8_t known;    /* ever asked for or held; not for the protocol */
    uint16_t need;    /* answers that the grant announced */
    uint16_t got;     /* answers so far */
    uint16_t pins; /* threads between their fault and their access, and more */
    uint8_t deferred; /* home's command that waits for the pins, or 0 */
    uint8_t deferred_flags;
    uint16_t deferred_requester;
    uint16_t deferred_need;
};

/* The directory entry of one minipage at its home.  All zeros: nobody wrote
 * it ever, nobody has a copy. */
struct mpg__home {
    uint64_t copies; /* hosts with a copy, a hostset with copies_tag */
    uint8_t copies_tag;
    uint8_t state;        /* enum mpg__home_state */
    uint8_t is_touched;   /* some host has had it writable */
    uint8_t is_exclusive; /* the owner may have it writable */
    uint16_t owner;       /* meaningful once touched */
    uint16_t reads;       /* reads under way */
    uint32_t queue_head;  /* waiting requests, indices in the node's pool; */
    uint32_t queue_tail;  /* 0: none */
};

/* One request that waits at a home. */
struct mpg__wait {
    uint32_t next;
    uint16_t host;
    uint8_t kind; /* enum mpg__message_kind */
};

/* A lock as one host sees it, and, at its home, the end of the line. */
struct mpg__lock {
    uint8_t is_known;   /* set up; all zeros before first use */
    uint8_t is_here;    /* the token is at this host */
    uint8_t is_held;    /* by a thread of this host */
    uint8_t is_asked;   /* this host stands in the line */
    uint16_t successor; /* who gets the token from us, or MPG_HOST_NONE */
    uint16_t tail;      /* at home: last host in the line */
    uint32_t waiting;   /* threads here that wait in front of the successor */
    uint32_t late;      /* threads here that came after the successor */
};

/* The barrier at one host. */
struct mpg__barrier {
    uint32_t round;        /* rounds completed */
    uint16_t children;     /* subtrees that have arrived in this round */
    uint8_t is_here;       /* this host has arrived */
    uint8_t is_other_here; /* at a root: the other one's side is complete */
};

/* The tree of hosts along which the barrier and news of regions go; host 0 is
 * its root. */
#define MPG_BARRIER_FANOUT 4

static inline unsigned mpg__tree_parent(unsigned host)
{
    return (host - 1) / MPG_BARRIER_FANOUT;
}

static inline unsigned mpg__tree_first_child(unsigned host)
{
    return host * MPG_BARRIER_FANOUT + 1;
}

static inline unsigned mpg__tree_children(unsigned host, unsigned hosts)
{
    unsigned first = mpg__tree_first_child(host);
    unsigned rest = first < hosts ? hosts - first : 0;
    return rest < MPG_BARRIER_FANOUT ? rest : MPG_BARRIER_FANOUT;
}

/* What the machines of one host share. */
struct mpg__node {
    uint16_t self;
    uint16_t hosts;
    uint32_t waits_free;  /* list of free entries in waits, 0 none */
    uint32_t waits_count; /* entries in waits, the unused one at 0 included */
    struct mpg__wait *waits;
    struct mpg__hostsets sets; /* of the directory entries homed here */
};

enum mpg__event_kind {
    MPG_EVENT_WANT,    /* copy: a thread needs `access` */
    MPG_EVENT_PIN,     /* copy: a thread begins an access */
    MPG_EVENT_UNPIN,   /* copy: it has made it */
    MPG_EVENT_PUSH,    /* copy: hand readable copies to everyone */
    MPG_EVENT_MESSAGE, /* copy, home, lock or barrier, by message->kind */
    MPG_EVENT_NEXT,    /* home: look at the queue again */
    MPG_EVENT_LOCK,    /* lock: a thread wants it */
    MPG_EVENT_UNLOCK,  /* lock: the holder gives it back */
    MPG_EVENT_BARRIER, /* barrier: this host arrives */
};

/* The driver looks up the state that an event is about and passes it along:
 * copy for WANT, PIN, UNPIN, PUSH and the messages to a copy; home for NEXT
 * and the messages to a home; lock, barrier likewise. */
struct mpg__event {
    uint8_t kind;
    uint8_t access;
    uint16_t home_host; /* of the minipage or lock */
    uint32_t region;
    uint32_t slot;
    const struct mpg__message *message;
    struct mpg__copy *copy;
    struct mpg__home *home;
    struct mpg__lock *lock;
    struct mpg__barrier *barrier;
};

enum mpg__action_kind {
    MPG_ACTION_SEND,       /* message to host */
    MPG_ACTION_SEND_SET,   /* message to every host in set (of node.sets) but
                              `host` and `host2`; to itself too, if it is in */
    MPG_ACTION_OPEN_READ,  /* closed -> readable */
    MPG_ACTION_OPEN_WRITE, /* closed -> writable */
    MPG_ACTION_UPGRADE,    /* readable -> writable */
    MPG_ACTION_PROTECT,    /* writable -> readable */
    MPG_ACTION_CLOSE,      /* readable or writable -> closed */
    MPG_ACTION_WAKE,       /* the threads that wait for this minipage */
    MPG_ACTION_LOCK_OWNED, /* the first thread in line for the lock has it */
    MPG_ACTION_BARRIER_DONE,
    MPG_ACTION_NEXT,  /* step again with MPG_EVENT_NEXT */
    MPG_ACTION_FATAL, /* a peer broke the protocol; text says how */
};

struct mpg__action {
    uint8_t kind;
    uint8_t with_data; /* SEND, SEND_SET: the minipage's bytes go along */
    uint16_t host;
    uint16_t host2;
    struct mpg__hostset set;
    struct mpg__message message;
    const char *text;
};

#define MPG_ACTIONS_MAX 12 /* the longest step has 6 */
struct mpg__actions {
    uint32_t count;
    struct mpg__action list[MPG_ACTIONS_MAX];
};

void mpg__node_init(struct mpg__node *, unsigned self, unsigned hosts,
                    struct mpg__wait *waits, uint32_t waits_count);

/* Blocks for copy sets of more than MPG_HOSTSET_NAMES hosts, in jobs of more
 * than MPG_HOSTSET_BITS; zeros, the first is not used.  A node that has none,
 * or no more, keeps such sets coarsely: right, but at the price of messages to
 * hosts that have no copy. */
void mpg__node_give_sharers(struct mpg__node *, struct mpg__sharers *blocks,
                            uint32_t count);

/* Post: out holds what to do, in order; the states are as after it. */
void mpg__proto_step(struct mpg__node *, const struct mpg__event *,
                     struct mpg__actions *out);

/* Whether a message is for a directory entry (else for a copy). */
bool mpg__message_is_for_home(unsigned kind);

/* Whether the bytes of this COPY or TAKE may be put in place now: they must
 * never land under a reader's or writer's feet. */
bool mpg__copy_accepts_data(const struct mpg__copy *, unsigned kind);

/* The steps of PIN, and of UNPIN unless it is false, for a driver that has them
 * often: nothing is to be done then. */
static inline void mpg__copy_pin(struct mpg__copy *copy)
{
    copy->pins++;
}

static inline bool mpg__copy_unpin(struct mpg__copy *copy)
{
    bool is_awaited = copy->pins == 1 && copy->deferred;
    if (!is_awaited)
        copy->pins--;
    return !is_awaited;
}

/* How many entries of waits are enough: every host has at most this many
 * requests in line at one home, per request that it may have open, and for
 * each minipage one push waits, whoever asked for it. */
#define MPG_WAITS_PER_HOST 2

#endif

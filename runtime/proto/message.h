/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * The messages between hosts: a head of 32 bytes, little-endian, and for some
 * kinds a payload of `bytes` bytes.  Rows: name, payload, who sends it to whom
 * and what it says.
 *
 *   home      the host that keeps a minipage's directory entry
 *   supplier  the owner: the host whose copy is the one to hand on
 *   closer    the host that ends the home's transaction (flag CLOSER_*): the
 *             one that can last vouch that the requester has its answer before
 *             it gets the home's next command
 */
#ifndef MPG_PROTO_MESSAGE_H
#define MPG_PROTO_MESSAGE_H

#include <stdbool.h>
#include <stdint.h>

#define MPG_MESSAGES(M)                                                        \
    M(READ_REQUEST, NONE)  /* requester to home: a readable copy, please */    \
    M(WRITE_REQUEST, NONE) /* requester to home: the only copy, please */      \
    M(PUSH_REQUEST, NONE)  /* anyone to home: readable copies for everyone */  \
    M(SUPPLY_READ, NONE)   /* home to owner: send `requester` a copy */        \
    M(SUPPLY_WRITE, NONE)  /* home to owner: send `requester` the bytes and    \
                              drop yours; it awaits `need` answers in all */   \
    M(SUPPLY_PUSH, NONE)   /* home to owner: a copy for each host in arg */    \
    M(INVALIDATE, NONE)   /* home to holder: drop your copy, tell requester */ \
    M(GRANT_READ, NONE)   /* home to requester: your bytes are good to read */ \
    M(GRANT_WRITE, NONE)  /* home to requester: your bytes are good to write   \
                             when `need` answers are in */                     \
    M(COPY, DATA)         /* owner to requester: a readable copy */            \
    M(TAKE, DATA)         /* owner to requester: the bytes, which nobody else  \
                             has when `need` answers are in; this is one */    \
    M(GONE, NONE)         /* former holder to requester: my copy is dropped */ \
    M(DONE, NONE)         /* closer to home: the transaction is over */        \
    M(LOCK_REQUEST, NONE) /* to the lock's home: lock `slot`, please */        \
    M(LOCK_NEXT, NONE)    /* home to the last in line: `requester` is next */  \
    M(LOCK_TOKEN, NONE)   /* to the next in line: the lock is yours */         \
    M(BARRIER_ARRIVE, NONE)  /* child to parent, 0 and 1: my side is here */   \
    M(BARRIER_RELEASE, NONE) /* parent to child: everybody is */               \
    M(REGION_REQUEST, SMALL) /* to host 0: make this region */                 \
    M(REGION_NEW, SMALL)     /* parent to child: here is a region */           \
    M(REGION_KNOWN, NONE)    /* child to parent: my subtree knows `region` */  \
    M(REGION_READY, SMALL)   /* host 0 to the asker: all can */                \
    M(HEAP_FREE, NONE)       /* to the allocating host: free cell `slot` */    \
    M(HEAP_SIZE, NONE)       /* to the allocating host: how large is that? */  \
    M(HEAP_SIZE_IS, NONE)    /* back: arg bytes */                             \
    M(SPAWN_DONE, NONE)      /* back: thread `slot` of yours has ended */      \
    M(SPAWN, SMALL)          /* run this in a thread */                        \
    M(TEAM_START, SMALL)     /* parent to child: a parallel region begins */   \
    M(TEAM_ARRIVE, NONE)  /* child to parent: my subtree's threads are here */ \
    M(TEAM_RELEASE, NONE) /* parent to child: all threads are; arg for each */ \
    M(TEAM_REDUCE, NONE)  /* child to parent: my subtree's part is at arg */   \
    M(TEAM_REDUCED, NONE) /* parent to child: I have it */                     \
    M(TEAM_HUNGRY, SMALL) /* I have no task to run, of those that I may */     \
    M(TEAM_WORK, SMALL)   /* to a hungry host: run these; or, none: ask me */  \
    M(TEAM_QUIET, NONE)   /* to host 0: I have found no task to run */         \
    M(TEAM_OUTPUT, SMALL) /* to host 0: print this */                          \
    M(TEAM_PRINTED, NONE) /* host 0 back: it is printed */                     \
    M(TEAM_EXIT, NONE)    /* to host 0: exit(slot) was called here */          \
    M(TEAM_END, NONE)     /* parent to child: the program has ended */         \
    M(PAD, NONE)          /* nothing: what it is behind is to wake who sleeps  \
                             (net_quiet.c) */                                  \
    M(BYE, NONE)          /* I close because the job is over */

enum mpg__message_kind {
    MPG_MESSAGE_INVALID = 0,
#define MPG_MESSAGE_ENUM(name, payload) MPG_MESSAGE_##name,
    MPG_MESSAGES(MPG_MESSAGE_ENUM)
#undef MPG_MESSAGE_ENUM
        MPG_MESSAGE_KINDS
};

enum mpg__payload {
    MPG_PAYLOAD_NONE,
    MPG_PAYLOAD_DATA,  /* a whole minipage, or nothing when it was empty */
    MPG_PAYLOAD_SMALL, /* at most MPG_MESSAGE_SMALL_MAX bytes */
};

#define MPG_MESSAGE_SMALL_MAX 256

enum mpg__message_flags {
    MPG_FLAG_CLOSER_REQUESTER = 1 << 0,
    MPG_FLAG_CLOSER_SUPPLIER = 1 << 1, /* or the one invalidated */
    MPG_FLAG_ALL = 1 << 2,             /* SUPPLY_PUSH: everybody, not arg */
    MPG_FLAG_WAS_READ = 1 << 3,        /* DONE: of a read */
};

struct mpg__message {
    uint8_t kind;  /* enum mpg__message_kind */
    uint8_t flags; /* enum mpg__message_flags */
    uint16_t from;
    uint32_t bytes;     /* of payload behind this head */
    uint32_t region;    /* which minipage ... */
    uint32_t slot;      /* ... or which lock, barrier round, allocation; of a
                           lock, region has the upper half of the id */
    uint16_t requester; /* whose request this serves */
    uint16_t need;      /* answers that the requester must have */
    uint32_t epoch;     /* which of the asker's requests (heap, regions) */
    uint64_t arg;
};
_Static_assert(sizeof(struct mpg__message) == 32, "the head is 32 bytes");

const char *mpg__message_name(unsigned kind);

/* Whether it says nothing that its receiver needs before its own threads come
 * to where they wait for it. */
bool mpg__message_is_quiet(unsigned kind);

/* NULL when the head is one that host `from` of `hosts` may send, or the
 * reason why not.  Looks at the head alone: whether region and slot exist is
 * for who knows them. */
const char *mpg__message_refusal(const struct mpg__message *message,
                                 unsigned from, unsigned hosts);

#endif

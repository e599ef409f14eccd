/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * What the files of this folder share: a connection, which is made when the
 * first message goes to a host or comes from it.
 *
 *                send                        the peer answers
 *      NONE ------------> CALLING ---------------------------> OPEN
 *        |                   |  ^ (net_call.c)                   ^
 *        |                   v  | the peer has not called after all
 *        |                 AWAITED: the calls crossed, the       |
 *        |                   |      peer's is the one            |
 *        +-------------------+-----------------------------------+
 *                              the peer has called (net_answer.c)
 *
 * and from each of them to LOST.  Only the thread that polls changes the
 * state, with one exception: any sender may go from NONE to CALLING.  Both do
 * so under the connection's lock, and so do all who touch the descriptor or
 * the queue; except that the one who sends (is_sending) gives the lock up while
 * the kernel reads what is sent, and that the descriptor stays open meanwhile.
 */
#ifndef MPG_NET_INTERNAL_H
#define MPG_NET_INTERNAL_H

#include <stddef.h>
#include <sys/socket.h>

#include "base/mutex.h"
#include "handshake.h"
#include "net.h"

enum mpg__net_state {
    MPG_NET_NONE,
    MPG_NET_CALLING,
    MPG_NET_AWAITED,
    MPG_NET_OPEN,
    MPG_NET_LOST,
};

/* A message that the socket has not taken yet. */
struct mpg__outgoing {
    struct mpg__message head;
    const char *payload; /* NULL: in small */
    size_t sent;         /* of head and payload together */
    char small[MPG_MESSAGE_SMALL_MAX];
};

struct mpg__connection {
    mpg__mutex lock;
    unsigned host;
    int fd;                /* OPEN: the connection; else -1 */
    _Atomic uint8_t state; /* enum mpg__net_state */
    bool said_bye;

    /* This host's call, -1 none.  It goes on until the peer's verdict even
     * when the peer's own call has been taken meanwhile: a call that ended in
     * the middle would look like a stranger's. */
    int call;
    bool is_dialled; /* TCP is connected, the handshake runs */
    bool has_failed; /* the call did not get off, errno in error */
    int error;
    uint32_t tries;
    struct mpg__shake shake;

    /* Ticks of the timer in this state, or, while OPEN, for which the peer's
     * kernel has been silent.  Not the clock: a host that was stopped must not
     * take its own pause for the others' silence. */
    uint32_t ticks;

    /* Sending. */
    struct mpg__outgoing *queue; /* a ring of queue_size entries */
    uint32_t queue_size, queue_first, queue_count;
    _Atomic int send_error; /* why the connection was broken off here */
    struct mpg__outgoing
        *retired; /* was the queue when sending began; or NULL */
    uint32_t retired_size;
    bool is_sending; /* a thread is at it, perhaps without the lock */
    bool is_full;    /* the socket; the poller looks when it has room again */
    _Atomic bool is_unsent; /* in the list of those to flush */
    struct mpg__connection *next_unsent;

    /* Receiving, by the one who polls. */
    struct mpg__message head;
    size_t head_got;
    char *payload;
    size_t payload_got;
    char small[MPG_MESSAGE_SMALL_MAX];

    /* Quiet messages (net_quiet.c). */
    bool says_quiet;       /* has sent one.  Under the lock */
    bool hears_quiet;      /* has received one, and is in the list */
    _Atomic bool is_clean; /* the last look has left nothing */
    bool is_deaf;          /* its low-water mark is up.  Under the lock */
    struct mpg__connection *next_quiet;

    struct mpg__seal *seal; /* NULL: bytes go as they are */
};

extern const struct mpg__net_config *mpg__net_config;
extern struct mpg__net_party mpg__net_party;

/* What an event is about: the connection with a host by its number, or ... */
#define MPG_NET_CALL_TAG     0x10000u /* + the host that is called */
#define MPG_NET_CALLER_TAG   0x20000u /* + which caller */
#define MPG_NET_LISTENER_TAG 0x30000u
#define MPG_NET_TIMER_TAG    0x30001u
#define MPG_NET_KICK_TAG     0x30002u

/* net_tcp.c. */
void mpg__net_watch(int operation, int fd, uint32_t tag, uint32_t events);
/* Its socket is full, or no longer (is_full).  Under the lock. */
void mpg__net_watch_room(struct mpg__connection *);
void *mpg__net_memory(size_t bytes);
/* NULL when there never was anything with that host. */
struct mpg__connection *mpg__net_find(unsigned host);
struct mpg__connection *mpg__net_meet(unsigned host);
/* OPEN from here on, through fd, which is watched already; what waits is sent.
 * Under the lock. */
void mpg__net_opened(unsigned host, struct mpg__connection *, int fd,
                     const struct mpg__shake *);
/* Without the lock; at most once for each host. */
void mpg__net_lose(unsigned host, const char *how);

/* net_send.c, under the lock. */
/* A message could not be sent (errno), so nothing may follow it.  Who polls
 * sees the end that this makes, and alone may say that the host is lost. */
void mpg__net_break(struct mpg__connection *);
/* Sends what waits, unless a thread is at it already; may give up the lock
 * meanwhile. */
void mpg__net_drain(struct mpg__connection *);
/* Returns when no thread is at it; may give up the lock meanwhile. */
void mpg__net_sent(struct mpg__connection *);

/* net_receive.c: delivers what one look at the connection brings, returns how
 * many messages that were. */
int mpg__net_receive(unsigned host, struct mpg__connection *);

/* net_call.c. */
void mpg__net_call(unsigned host,
                   struct mpg__connection *); /* under the lock */
void mpg__net_call_event(unsigned host, struct mpg__connection *);
void mpg__net_call_tick(unsigned host, struct mpg__connection *);
void mpg__net_call_failures(void); /* of calls that did not get off */

/* net_answer.c. */
void mpg__net_answer_start(void);
void mpg__net_accept(void);
void mpg__net_caller_event(unsigned caller);
void mpg__net_answer_tick(void);
void mpg__net_answer_end(void); /* who hangs up now need not say why */

/* net_address.c: of a numeric address, IPv6 with its scope; false when it is
 * none.  Async-signal-safe. */
bool mpg__net_resolve(const char *address, uint16_t port,
                      struct sockaddr_storage *, socklen_t *bytes);
void mpg__net_name(const struct sockaddr_storage *, char *text, size_t bytes);

/* net_alive.c. */
int mpg__net_timer(void);
bool mpg__net_is_past(uint32_t ticks, uint64_t limit_ms);
void mpg__net_tune(int fd); /* TCP options of a connection */
/* Whether the peer has been silent for too long, though something is due. */
bool mpg__net_is_silent(int fd, uint32_t *ticks);

/* net_shake.c: one end's bytes through a socket that does not block. */
void mpg__net_nonce(uint8_t *nonce);
bool mpg__net_shake_send(struct mpg__shake *, int fd);
/* Goes as far as the bytes that are here allow.  REFUSED with *is_closed: the
 * other end has gone, which says nothing about who it is. */
enum mpg__shake_result mpg__net_shake_step(struct mpg__shake *, int fd,
                                           bool *is_closed);

/* net_quiet.c. */
/* A quiet message has come.  By who polls, and so the next two. */
void mpg__net_heard_quiet(struct mpg__connection *);
/* The connection was looked at: is nothing left in the socket, and no message
 * in its middle? */
void mpg__net_looked(struct mpg__connection *, bool is_clean);
/* What quiet messages come through, linked by next_quiet: no descriptor tells
 * of them. */
struct mpg__connection *mpg__net_quiet_ones(void);
/* What has to leave with the only message in the queue; or NULL.  Under the
 * lock. */
const struct mpg__message *mpg__net_pad(const struct mpg__connection *);

/* net_seal.c. */
struct mpg__seal *mpg__seal_new(const struct mpg__shake *);
/* Sends what waits in the queue, sealed; false when the socket takes no more
 * or is broken. */
bool mpg__seal_send(struct mpg__connection *);
/* As recv, of opened bytes; `want` is how much is still to come of the head or
 * of the payload.  -1 with EBADMSG when a record is not the peer's. */
long mpg__seal_receive(struct mpg__connection *, char *to, size_t want);

#endif

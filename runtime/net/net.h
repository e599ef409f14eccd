/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Messages between the hosts of a job: in order for each pair, each exactly
 * once, payloads straight from and into the memory that they are about.
 *
 * Start: mpg__net_listen, then the cards go round (boot.h), then
 * mpg__net_start.  After that any thread may send, and one at a time may poll.
 * Both are async-signal-safe: raw system calls and small locks that are held
 * with signals blocked by the caller.
 *
 * Two hosts are connected when the first of them has something to say to the
 * other, and stay so.  Strangers may call at any time: whoever does not prove
 * that it is a host of this job is refused, said once, and forgotten.
 */
#ifndef MPG_NET_NET_H
#define MPG_NET_NET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

#include "proto/message.h"

#define MPG_NET_HOSTS_MAX   4096u
#define MPG_NET_QUEUE_MAX   (1u << 20) /* messages that wait for one host */
#define MPG_NET_CALLERS_MAX 64u /* strangers that are listened to at once */

/* Where a host listens, as it travels in cards. */
struct mpg__net_place {
    char address[64]; /* numeric, IPv4 or IPv6 */
    uint16_t port;
};

struct mpg__net_config {
    unsigned self, hosts;
    const struct mpg__net_place *places; /* [hosts] */
    const uint8_t *secret;               /* 32 bytes, the job's */
    const void *alike; /* bytes that are the same on all hosts of the job */
    size_t alike_bytes;
    uint64_t connect_ms; /* how long a host may take to answer a call */
    uint64_t lost_ms;    /* how long a host may give no sign of life */
    bool encrypt;
    /* A head has arrived, with bytes > 0 behind it: where are they to go?
     * NULL refuses, *why says why; NULL without a reason keeps them until
     * `deliver`.  Called by the polling thread, no lock of this layer held. */
    void *(*place)(const struct mpg__message *, const char **why);
    /* Whether bytes for that part of a place that was named are to be stored,
     * many at a time, or else are to be copied there.  NULL: never.  Both are
     * called by the polling thread, no lock of this layer held; `store` before
     * the message is delivered. */
    bool (*is_hole)(const char *to, size_t bytes);
    /* Stores such bytes, which belong next to each other. */
    void (*store)(char *to, const struct iovec *parts, unsigned count);
    /* Messages of one host are complete: one, whose bytes were kept and are at
     * `payload`, or several whose bytes, if they have any, are in their places
     * (and `payload` is NULL). */
    void (*deliver)(const struct mpg__message *, unsigned count,
                    const void *payload);
    /* There is no way to host any more; called once for each, by the polling
     * thread.  `how` says what was seen. */
    void (*lost)(unsigned host, const char *how);
};

/* Listens at a free port of `address`.  Ends the run when it cannot. */
void mpg__net_listen(const char *address, struct mpg__net_place *place);

/* From here on messages may be sent and arrive.  config and all that it points
 * to live as long as the job.  Does not block; ends the run when descriptors
 * or memory are exhausted. */
void mpg__net_start(const struct mpg__net_config *config);

/* Puts head and, when head->bytes > 0, as many bytes from payload into the
 * host's queue; calls the host first if need be.  Does not block and makes no
 * system call on an open connection.  From then on it leaves with whatever any
 * thread flushes: what must be done before it leaves is done by now.  Payloads
 * wait by reference, so their bytes must not change until the peer has received
 * them (those with at most MPG_MESSAGE_SMALL_MAX bytes are copied).  What is
 * sent to a lost host is dropped. */
void mpg__net_send(unsigned host, const struct mpg__message *head,
                   const void *payload);

/* Has everything leave that was sent before, by any thread; messages for one
 * host together.  Whoever sends sees to it that this follows, best without the
 * lock under which it sent; mpg__net_poll does it for what was sent while it
 * delivered.  Does not block: what a socket does not take leaves when it has
 * room again (poll). */
void mpg__net_flush(void);

/* Waits up to timeout_ms (0: not at all, -1: for ever) for something to
 * arrive, and delivers a few messages of each connection.  Returns how many it
 * delivered.  One thread at a time. */
int mpg__net_poll(int timeout_ms);

/* As mpg__net_poll(0), but looks only at the only connection, or at the host
 * that was heard last, which is one system call where that takes two.  Who uses
 * it polls now and then too. */
int mpg__net_look(void);

/* A thread of this host is going to sleep for what messages bring, while
 * another one polls or watches the descriptors; it is awake again.  Messages
 * that are not worth an interrupt make no descriptor readable unless there is
 * such a thread, or one that sleeps in mpg__net_poll. */
void mpg__net_sleeps(void);
void mpg__net_wakes(void);

/* Makes a mpg__net_poll that sleeps return.  From any thread. */
void mpg__net_kick(void);

/* An epoll descriptor, readable when mpg__net_poll has something to do, ... */
int mpg__net_fd(void);

/* ... or this one is, if it is not -1: that of the only connection.  Which it
 * is changes while somebody polls, or when it takes no more bytes; then the
 * other one is, or becomes, readable. */
int mpg__net_only_fd(void);

/* Hosts that this one is connected with. */
unsigned mpg__net_count(void);

/* Tells every peer that the silence to come is meant. */
void mpg__net_bye(void);

#endif

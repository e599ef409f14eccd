/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Messages between the hosts of a job: in order for each pair, each exactly
 * once, payloads straight from and into the memory that they are about.
 *
 * Start: mpg__net_listen, then the cards go round (boot.h), then
 * mpg__net_connect.  After that any thread may send, and one at a time may
 * poll.  Both are async-signal-safe: raw system calls and small locks that are
 * held with signals blocked by the caller.
 */
#ifndef MPG_NET_NET_H
#define MPG_NET_NET_H

#include <stdbool.h>
#include <stdint.h>

#include "proto/message.h"

#define MPG_NET_HOSTS_MAX 4096u
#define MPG_NET_QUEUE_MAX (1u << 20) /* messages that wait for one host */

/* Where a host listens, as it travels in cards. */
struct mpg__net_place {
    char address[64]; /* numeric, IPv4 or IPv6 */
    uint16_t port;
};

struct mpg__net_config {
    unsigned self, hosts;
    const uint8_t *secret; /* 32 bytes, the job's */
    uint64_t connect_ms;
    /* A head has arrived, with bytes > 0 behind it: where are they to go?
     * NULL refuses, *why says why.  Called by the polling thread, no lock of
     * this layer held. */
    void *(*place)(const struct mpg__message *, const char **why);
    /* A message is complete.  `payload` is what `place` answered. */
    void (*deliver)(const struct mpg__message *, const void *payload);
    /* The connection to host is lost; called once for each.  `how` says what
     * was seen. */
    void (*lost)(unsigned host, const char *how);
};

/* Listens at a free port of `address`.  Ends the run when it cannot. */
void mpg__net_listen(const char *address, struct mpg__net_place *place);

/* Connects with every other host; places[h] says where each is.  Both ends of
 * each connection prove that they know the secret before anything else is
 * read.  Blocks up to config->connect_ms; ends the run, naming the host, when
 * one cannot be reached.  config lives as long as the job. */
void mpg__net_connect(const struct mpg__net_config *config,
                      const struct mpg__net_place *places);

/* Sends head and, when head->bytes > 0, as many bytes from payload.  Does not
 * block: what the socket does not take waits in a queue by reference, so the
 * payload's bytes must not change until the peer has received them (payloads
 * of kinds with at most MPG_MESSAGE_SMALL_MAX bytes are copied). */
void mpg__net_send(unsigned host, const struct mpg__message *head,
                   const void *payload);

/* Waits up to timeout_ms (0: not at all, -1: for ever) for something to
 * arrive, and delivers at most one message of each connection.  Returns how
 * many it delivered.  One thread at a time. */
int mpg__net_poll(int timeout_ms);

/* Makes a mpg__net_poll that sleeps return.  From any thread. */
void mpg__net_kick(void);

/* An epoll descriptor, readable when mpg__net_poll has something to do. */
int mpg__net_fd(void);

/* Tells every peer that the silence to come is meant. */
void mpg__net_bye(void);

#endif

/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Receiving: a message is a head, checked as a whole before anything in it is
 * used, and then its payload, at the place that the head names.
 */
#include <errno.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/socket.h>

#include "base/fatal.h"
#include "net_internal.h"

#define BATCH_MAX (MPG_NET_EARLY / sizeof(struct mpg__message))

static void lose(unsigned host, struct mpg__connection *c, int error)
{
    char how[160];
    int send_error = atomic_load(&c->send_error);
    if (send_error)
        mpg__format(how, sizeof how, "cannot send to it: %s",
                    strerrordesc_np(send_error));
    else if (error == EBADMSG)
        mpg__format(how, sizeof how,
                    "it sent bytes that are not sealed with this "
                    "connection's key");
    else if (error == ETIMEDOUT) /* of the kernel's keep-alive */
        mpg__format(how, sizeof how,
                    "it gives no sign of life (MILLIPAGE_LOST_MS)");
    else
        mpg__format(how, sizeof how, "%s",
                    error ? strerrordesc_np(error)
                          : "it closed the connection");
    mpg__net_lose(host, how);
}

/* As recv.  A head comes with what is behind it, up to MPG_NET_EARLY bytes:
 * several small messages in one system call, and what a page's payload loses
 * by being copied from there is less than a call. */
static ssize_t receive_some(struct mpg__connection *c, char *to, size_t want)
{
    if (c->seal)
        return mpg__seal_receive(c, to, want);
    if (!c->early_count) {
        if (want >= sizeof c->early)
            return recv(c->fd, to, want, MSG_DONTWAIT);
        ssize_t some = recv(c->fd, c->early, sizeof c->early, MSG_DONTWAIT);
        if (some <= 0)
            return some;
        c->early_at = 0;
        c->early_count = (size_t)some;
    }
    size_t some = want < c->early_count ? want : c->early_count;
    memcpy(to, c->early + c->early_at, some);
    c->early_at += some;
    c->early_count -= some;
    return (ssize_t)some;
}

/* Receives more of what is expected; false when there is nothing (more) now
 * or the connection is lost. */
static bool receive(unsigned host, struct mpg__connection *c, char *to,
                    size_t want, size_t *got)
{
    while (*got < want) {
        ssize_t some = receive_some(c, to + *got, want - *got);
        if (some > 0) {
            *got += (size_t)some;
        } else if (some < 0 && errno == EINTR) {
            continue;
        } else {
            if (some == 0 || errno != EAGAIN)
                lose(host, c, some ? errno : 0);
            return false;
        }
    }
    return true;
}

static bool head_is_good(unsigned host, struct mpg__connection *c)
{
    const char *why =
        mpg__message_refusal(&c->head, host, mpg__net_config->hosts);
    if (!why && c->head.bytes) {
        c->payload = mpg__net_config->place(&c->head, &why);
        if (!why && !c->payload && c->head.bytes > sizeof c->small)
            why = "more bytes than there is a place for";
        if (!c->payload)
            c->payload = c->small;
    }
    if (!why)
        return true;
    char how[160];
    mpg__format(how, sizeof how, "it sent a bad message (%s): %s",
                mpg__message_name(c->head.kind), why);
    mpg__net_lose(host, how);
    return false;
}

/* Heads that wait to be delivered together. */
struct batch {
    struct mpg__message heads[BATCH_MAX];
    unsigned count;
    int delivered;
};

static void deliver_batch(struct batch *batch)
{
    if (batch->count)
        mpg__net_config->deliver(batch->heads, batch->count, NULL);
    batch->delivered += (int)batch->count;
    batch->count = 0;
}

/* The next head is there and good, and there is a place for its payload.  What
 * came before it is delivered first when that decides about the place. */
static bool receive_head(unsigned host, struct mpg__connection *c,
                         struct batch *batch)
{
    if (c->head_got == sizeof c->head)
        return true; /* and the last time its payload was not */
    if (!receive(host, c, (char *)&c->head, sizeof c->head, &c->head_got))
        return false;
    if (c->head.bytes || batch->count == BATCH_MAX)
        deliver_batch(batch);
    return head_is_good(host, c);
}

/* Makes a phase of the program begin here, and perhaps others' requests are
 * right behind.  What this host asks for then (recall.c) is to be on its way
 * before it works for them: that takes long, and all are at the same point. */
static bool is_beginning(unsigned kind)
{
    return kind == MPG_MESSAGE_TEAM_START || kind == MPG_MESSAGE_TEAM_RELEASE ||
           kind == MPG_MESSAGE_BARRIER_RELEASE ||
           kind == MPG_MESSAGE_BARRIER_ARRIVE; /* the last one at a root */
}

static bool receive_one(unsigned host, struct mpg__connection *c,
                        struct batch *batch)
{
    if (!receive_head(host, c, batch))
        return false;
    if (c->head.bytes &&
        !receive(host, c, c->payload, c->head.bytes, &c->payload_got))
        return false;
    /* Ready for the next head before anybody is told: delivering may take
     * long, and may send. */
    struct mpg__message head = c->head;
    c->head_got = c->payload_got = 0;
    if (head.kind == MPG_MESSAGE_BYE) {
        c->said_bye = true;
        batch->delivered++;
    } else if (head.bytes) {
        mpg__net_config->deliver(&head, 1, c->payload);
        batch->delivered++;
    } else {
        batch->heads[batch->count++] = head;
    }
    if (is_beginning(head.kind)) {
        deliver_batch(batch);
        mpg__net_flush();
    }
    return true;
}

int mpg__net_receive(unsigned host, struct mpg__connection *c)
{
    struct batch batch;
    batch.count = 0;
    batch.delivered = 0;
    /* What was received early makes no descriptor readable: it is looked at
     * now or never. */
    while (receive_one(host, c, &batch) && c->early_count)
        ;
    deliver_batch(&batch);
    return batch.delivered;
}

/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Receiving: a message is a head, checked as a whole before anything in it is
 * used, and then its payload, at the place that the head names.
 */
#include <errno.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "base/fatal.h"
#include "net_internal.h"

/* Messages that wait to be delivered together, because what they do to vpages
 * costs as much for many as for one (pages.c): a burst of requests, or of
 * pages. Of pages fewer, for somebody may wait for the first.  Of the thread
 * that polls; not on its stack, which may be a small one of the program's. */
#define BATCH_MAX  256u
#define BATCH_DATA 32u
static struct {
    struct mpg__message heads[BATCH_MAX];
    unsigned count;
    unsigned data;      /* of them have a payload, and it is in its place */
    unsigned delivered; /* in this look at the connection, and `data` of them */
    unsigned data_delivered;
} batch;

/* Bytes that were received and have not been asked for yet.  A page and its
 * head come by one system call that way, and are copied once more, from the
 * cache: that costs a tenth of a second call.  All are used up in the look at
 * the connection that has received them. */
#define EARLY_MAX   (64u << 10)
#define DIRECT_MIN  (16u << 10) /* payloads, or rests, that are not copied */
#define BEHIND_MAX  512u
#define STORE_PARTS BATCH_DATA
static struct {
    char bytes[EARLY_MAX];
    size_t at, count;
    bool is_full;    /* the last time that something was received */
    bool is_drained; /* or else there may be more in the socket */
} early;

/* Bytes that were received early and belong next to each other, for one call of
 * `store`: before anybody is told of them, and before more is received early.
 */
static struct {
    char *to;
    size_t bytes;
    struct iovec parts[STORE_PARTS];
    unsigned count;
} stored;

static void store_now(void)
{
    if (stored.count)
        mpg__net_config->store(stored.to, stored.parts, stored.count);
    stored.count = 0;
    stored.bytes = 0;
}

static void store(char *to, char *from, size_t bytes)
{
    if (to != stored.to + stored.bytes || stored.count == STORE_PARTS)
        store_now();
    if (!stored.count)
        stored.to = to;
    stored.parts[stored.count++] = (struct iovec){from, bytes};
    stored.bytes += bytes;
}

static void deliver_batch(void)
{
    store_now();
    if (batch.count)
        mpg__net_config->deliver(batch.heads, batch.count, NULL);
    batch.delivered += batch.count;
    batch.data_delivered += batch.data;
    batch.count = batch.data = 0;
}

/* Whether this look may go on for longer than it must.  Other connections wait
 * for theirs. */
static bool may_go_on(void)
{
    return batch.delivered + batch.count < BATCH_MAX &&
           batch.data_delivered + batch.data < BATCH_DATA;
}

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

/* Receives a head, or what is left of a small payload, with what is behind it
 * as far as there is room: many messages in one system call. */
static ssize_t receive_early(struct mpg__connection *c, size_t want)
{
    size_t most = may_go_on() ? sizeof early.bytes : want;
    store_now();
    early.is_full = false;
    ssize_t some = recv(c->fd, early.bytes, most, MSG_DONTWAIT);
    early.is_drained = some < (ssize_t)most;
    if (some <= 0)
        return some; /* errno is what recv says: nothing comes in between. */
    early.at = 0;
    early.count = (size_t)some;
    early.is_full = early.count == sizeof early.bytes;
    return some;
}

/* Receives a large payload into its place, and early the next head, but little
 * of the next payload, which is as large as a rule. */
static ssize_t receive_behind(struct mpg__connection *c, char *to, size_t want)
{
    struct iovec parts[2] = {{to, want}, {early.bytes, BEHIND_MAX}};
    struct msghdr message = {.msg_iov = parts,
                             .msg_iovlen = may_go_on() ? 2 : 1};
    early.is_full = false;
    store_now();
    ssize_t some = recvmsg(c->fd, &message, MSG_DONTWAIT);
    early.is_drained = some < (ssize_t)(want + BEHIND_MAX);
    if (some <= (ssize_t)want)
        return some;
    early.at = 0;
    early.count = (size_t)some - want;
    early.is_full = early.count == BEHIND_MAX;
    return (ssize_t)want;
}

/* Whether they are bytes of a payload that has a place, and are to be stored.
 */
static bool is_for_store(const struct mpg__connection *c, const char *to,
                         size_t bytes)
{
    return mpg__net_config->is_hole && c->head_got == sizeof c->head &&
           c->payload != c->small && mpg__net_config->is_hole(to, bytes);
}

/* As recv. */
static ssize_t receive_some(struct mpg__connection *c, char *to, size_t want)
{
    if (c->seal)
        return mpg__seal_receive(c, to, want);
    if (!early.count && want >= DIRECT_MIN)
        return receive_behind(c, to, want);
    if (!early.count) {
        ssize_t some = receive_early(c, want);
        if (some <= 0)
            return some;
    }
    size_t some = want < early.count ? want : early.count;
    if (is_for_store(c, to, some))
        store(to, early.bytes + early.at, some);
    else
        memcpy(to, early.bytes + early.at, some);
    early.at += some;
    early.count -= some;
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

/* Whether what waits to be delivered may decide about the place of a payload:
 * payloads for other minipages do not. */
static bool decides(const struct mpg__message *head)
{
    if (batch.count > batch.data)
        return true;
    for (unsigned i = 0; i < batch.count; i++)
        if (batch.heads[i].slot == head->slot &&
            batch.heads[i].region == head->region)
            return true;
    return false;
}

/* The next head is there and good, and there is a place for its payload. */
static bool receive_head(unsigned host, struct mpg__connection *c)
{
    if (c->head_got == sizeof c->head)
        return true; /* and the last time its payload was not */
    if (!receive(host, c, (char *)&c->head, sizeof c->head, &c->head_got))
        return false;
    if (batch.count == BATCH_MAX || (c->head.bytes && decides(&c->head)))
        deliver_batch();
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

static void take(struct mpg__connection *c, const struct mpg__message *head)
{
    if (head->kind == MPG_MESSAGE_BYE) {
        c->said_bye = true;
        batch.delivered++;
    } else if (head->kind == MPG_MESSAGE_PAD) {
        batch.delivered++;
    } else if (head->bytes && c->payload == c->small) {
        deliver_batch();
        mpg__net_config->deliver(head, 1, c->small);
        batch.delivered++;
    } else {
        batch.heads[batch.count++] = *head;
        batch.data += head->bytes > 0;
    }
}

static bool receive_one(unsigned host, struct mpg__connection *c)
{
    if (!receive_head(host, c))
        return false;
    if (c->head.bytes &&
        !receive(host, c, c->payload, c->head.bytes, &c->payload_got))
        return false;
    /* Ready for the next head before anybody is told: delivering may take
     * long, and may send. */
    struct mpg__message head = c->head;
    c->head_got = c->payload_got = 0;
    if (mpg__message_is_quiet(head.kind))
        mpg__net_heard_quiet(c);
    take(c, &head);
    if (is_beginning(head.kind)) {
        deliver_batch();
        mpg__net_flush();
    }
    return true;
}

int mpg__net_receive(unsigned host, struct mpg__connection *c)
{
    batch.delivered = batch.data_delivered = 0;
    early.count = 0; /* Of a connection that was lost. */
    early.is_full = false;
    /* What was received early makes no descriptor readable: it is looked at
     * now or never.  And where there was no room for more, there is more. */
    while (receive_one(host, c) &&
           (early.count || (early.is_full && may_go_on())))
        ;
    deliver_batch();
    mpg__net_looked(c, early.is_drained && !c->head_got);
    return (int)batch.delivered;
}

/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Sending: a head and its payload leave by one system call.  What the socket
 * does not take at once waits in the connection's queue, by reference, and so
 * does what is sent before the connection is open.
 *
 * The queue is drained when the socket is writable again (poll) and is what
 * back-pressure there is: hosts have a bounded number of requests open, so
 * what waits for one host is bounded too (MPG_NET_QUEUE_MAX).
 */
#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include "base/fatal.h"
#include "net_internal.h"

#define QUEUE_FIRST 64u /* entries at first */

static void grow(struct mpg__connection *c)
{
    uint32_t size = c->queue_size ? 2 * c->queue_size : QUEUE_FIRST;
    if (size > MPG_NET_QUEUE_MAX)
        mpg__fatal("more than %u messages wait for one host",
                   MPG_NET_QUEUE_MAX);
    struct mpg__outgoing *queue = mpg__net_memory(size * sizeof *queue);
    for (uint32_t i = 0; i < c->queue_count; i++)
        queue[i] = c->queue[(c->queue_first + i) % c->queue_size];
    if (c->queue)
        munmap(c->queue, c->queue_size * sizeof *queue);
    c->queue = queue;
    c->queue_size = size;
    c->queue_first = 0;
}

static void append(struct mpg__connection *c, const struct mpg__message *head,
                   const void *payload, size_t sent)
{
    if (c->queue_count == c->queue_size)
        grow(c);
    struct mpg__outgoing *out =
        &c->queue[(c->queue_first + c->queue_count++) % c->queue_size];
    out->head = *head;
    out->sent = sent;
    out->payload = payload;
    if (payload && head->bytes <= MPG_MESSAGE_SMALL_MAX) {
        memcpy(out->small, payload, head->bytes);
        out->payload = NULL;
    }
}

static size_t length_of(const struct mpg__message *head)
{
    return sizeof *head + head->bytes;
}

/* One sendmsg of what is left; how much is sent in all, or -1. */
static ssize_t send_rest(int fd, const struct mpg__message *head,
                         const char *payload, size_t sent)
{
    struct iovec parts[2];
    int count = 0;
    if (sent < sizeof *head)
        parts[count++] =
            (struct iovec){(char *)head + sent, sizeof *head - sent};
    size_t skip = sent < sizeof *head ? 0 : sent - sizeof *head;
    if (head->bytes > skip)
        parts[count++] =
            (struct iovec){(char *)payload + skip, head->bytes - skip};
    struct msghdr message = {.msg_iov = parts, .msg_iovlen = (size_t)count};
    ssize_t some;
    do
        some = sendmsg(fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
    while (some < 0 && errno == EINTR);
    if (some >= 0)
        return (ssize_t)sent + some;
    if (errno == EAGAIN)
        return (ssize_t)sent;
    return -1;
}

void mpg__net_break(struct mpg__connection *c)
{
    atomic_store(&c->send_error, errno);
    shutdown(c->fd, SHUT_RDWR);
}

/* Sends from the front of the queue until it is empty or the socket full. */
static void send_queue(struct mpg__connection *c)
{
    while (c->queue_count) {
        struct mpg__outgoing *out = &c->queue[c->queue_first];
        const char *payload = out->payload ? out->payload : out->small;
        ssize_t sent = send_rest(c->fd, &out->head, payload, out->sent);
        if (sent < 0) {
            mpg__net_break(c);
            return;
        }
        out->sent = (size_t)sent;
        if (out->sent < length_of(&out->head))
            return;
        c->queue_first = (c->queue_first + 1) % c->queue_size;
        c->queue_count--;
    }
}

void mpg__net_drain(unsigned host, struct mpg__connection *c)
{
    if (atomic_load(&c->state) != MPG_NET_OPEN)
        return;
    if (c->seal)
        mpg__seal_send(c);
    else
        send_queue(c);
    bool is_full = c->queue_count > 0;
    if (is_full != c->is_full)
        mpg__net_watch(EPOLL_CTL_MOD, c->fd, host,
                       is_full ? EPOLLIN | EPOLLOUT : EPOLLIN);
    c->is_full = is_full;
}

static void send_or_queue(unsigned host, struct mpg__connection *c,
                          const struct mpg__message *head, const void *payload)
{
    ssize_t sent = 0;
    unsigned state = atomic_load(&c->state);
    if (state == MPG_NET_LOST)
        return;
    if (state == MPG_NET_OPEN && !c->queue_count && !c->seal) {
        sent = send_rest(c->fd, head, payload, 0);
        if (sent < 0)
            mpg__net_break(c);
        if (sent < 0 || (size_t)sent == length_of(head))
            return;
    }
    append(c, head, payload, (size_t)sent);
    if (state == MPG_NET_NONE)
        mpg__net_call(host, c);
    else if (state == MPG_NET_OPEN && c->queue_count == 1)
        mpg__net_drain(host, c);
}

void mpg__net_send(unsigned host, const struct mpg__message *head,
                   const void *payload)
{
    mpg_assert(host < mpg__net_config->hosts && host != mpg__net_config->self);
    struct mpg__connection *c = mpg__net_meet(host);
    mpg__mutex_lock(&c->lock);
    send_or_queue(host, c, head, payload);
    mpg__mutex_unlock(&c->lock);
}

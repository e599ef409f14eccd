/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Sending: a message goes into its connection's queue, payload by reference,
 * and leaves when whoever sent it flushes, together with what else there is
 * for that host, by one system call.  Sending is thus cheap enough to be done
 * under the engine's lock, and flushing is done without it: the receiver of
 * the host, which wants the lock too, often shares a processor with a sender.
 *
 * For the same reason who flushes gives up the connection's lock, too, while
 * the kernel takes what there is.  (A thread is often interrupted right there,
 * by the one that the message or its answer wakes.)  One thread sends at a
 * time; others leave what they have in the queue and go, for the one that sends
 * looks at the queue again before it is done.
 *
 * What the socket does not take leaves when it is writable again (poll), and
 * what is sent before the connection is open when it is.  The queue is what
 * back-pressure there is: hosts have a bounded number of requests open, so
 * what waits for one host is bounded too (MPG_NET_QUEUE_MAX).
 */
#include <errno.h>
#include <sched.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/fatal.h"
#include "net_internal.h"

#define QUEUE_FIRST 64u /* entries at first */
/* What leaves by one system call: many requests, or so many bytes that the
 * receiver has something to do meanwhile.  With the page that is the last one
 * they are no more than the 65,483 that Linux puts into one packet, where it
 * may be as large as that: the rest would have a way of its own through TCP. */
#define MESSAGES_AT_ONCE 128u
#define BYTES_AT_ONCE    (59u << 10)

static void grow(struct mpg__connection *c)
{
    uint32_t size = c->queue_size ? 2 * c->queue_size : QUEUE_FIRST;
    if (size > MPG_NET_QUEUE_MAX)
        mpg__fatal("more than %u messages wait for one host",
                   MPG_NET_QUEUE_MAX);
    struct mpg__outgoing *queue = mpg__net_memory(size * sizeof *queue);
    for (uint32_t i = 0; i < c->queue_count; i++)
        queue[i] = c->queue[(c->queue_first + i) % c->queue_size];
    /* The kernel may be reading from the one in which sending began. */
    if (c->is_sending && !c->retired) {
        c->retired = c->queue;
        c->retired_size = c->queue_size;
    } else if (c->queue) {
        munmap(c->queue, c->queue_size * sizeof *queue);
    }
    c->queue = queue;
    c->queue_size = size;
    c->queue_first = 0;
}

static void append(struct mpg__connection *c, const struct mpg__message *head,
                   const void *payload)
{
    if (c->queue_count == c->queue_size)
        grow(c);
    struct mpg__outgoing *out =
        &c->queue[(c->queue_first + c->queue_count++) % c->queue_size];
    out->head = *head;
    out->sent = 0;
    out->payload = payload;
    if (mpg__message_is_quiet(head->kind))
        c->says_quiet = true;
    if (payload && head->bytes <= MPG_MESSAGE_SMALL_MAX) {
        memcpy(out->small, payload, head->bytes);
        out->payload = NULL;
    }
}

static size_t left_of(const struct mpg__outgoing *out)
{
    return sizeof out->head + out->head.bytes - out->sent;
}

/* What is left of a message, as one or two parts. */
static unsigned add_parts(struct iovec *parts, struct mpg__outgoing *out)
{
    const size_t head = sizeof out->head;
    const char *payload = out->payload ? out->payload : out->small;
    unsigned count = 0;
    if (out->sent < head)
        parts[count++] =
            (struct iovec){(char *)&out->head + out->sent, head - out->sent};
    size_t skip = out->sent < head ? 0 : out->sent - head;
    if (out->head.bytes > skip)
        parts[count++] =
            (struct iovec){(char *)payload + skip, out->head.bytes - skip};
    return count;
}

/* As sendmsg.  What is alone, as a request is, has a shorter way to the kernel.
 *
 * Other bytes may come to where these are read from, and another thread writes
 * them there: when the peer has these, and so after this call has read them.
 * But that order goes through the peer, where the thread sanitizer does not see
 * it; so it is not to see this call. */
static ssize_t send_parts(int fd, const struct msghdr *message)
{
    const int flags = MSG_DONTWAIT | MSG_NOSIGNAL;
    const struct iovec *first = message->msg_iov;
#ifdef __SANITIZE_THREAD__
    return syscall(SYS_sendmsg, fd, message, flags);
#endif
    if (message->msg_iovlen == 1)
        return send(fd, first->iov_base, first->iov_len, flags);
    return sendmsg(fd, message, flags);
}

/* One call for the queue's front, without the lock meanwhile; how much the
 * socket took, or -1. */
static ssize_t send_front(struct mpg__connection *c)
{
    struct iovec parts[2 * MESSAGES_AT_ONCE];
    struct msghdr message = {.msg_iov = parts};
    size_t bytes = 0;
    int fd = c->fd;
    for (uint32_t i = 0;
         i < c->queue_count && i < MESSAGES_AT_ONCE && bytes < BYTES_AT_ONCE;
         i++) {
        struct mpg__outgoing *out =
            &c->queue[(c->queue_first + i) % c->queue_size];
        message.msg_iovlen += add_parts(parts + message.msg_iovlen, out);
        bytes += left_of(out);
    }
    mpg__mutex_unlock(&c->lock);
    ssize_t some;
    do
        some = send_parts(fd, &message);
    while (some < 0 && errno == EINTR);
    int error = errno;
    mpg__mutex_lock(&c->lock);
    if (c->retired)
        munmap(c->retired, c->retired_size * sizeof *c->retired);
    c->retired = NULL;
    errno = error;
    return some < 0 && errno == EAGAIN ? 0 : some;
}

void mpg__net_break(struct mpg__connection *c)
{
    atomic_store(&c->send_error, errno);
    shutdown(c->fd, SHUT_RDWR);
}

/* Takes what has left off the queue; true when that was whole messages. */
static bool take_off(struct mpg__connection *c, size_t some)
{
    while (some) {
        struct mpg__outgoing *out = &c->queue[c->queue_first];
        if (some < left_of(out)) {
            out->sent += some;
            return false;
        }
        some -= left_of(out);
        c->queue_first = (c->queue_first + 1) % c->queue_size;
        c->queue_count--;
    }
    return true;
}

/* Sends from the front of the queue until it is empty or the socket full. */
static void send_queue(struct mpg__connection *c)
{
    const struct mpg__message *pad = c->queue_count ? mpg__net_pad(c) : NULL;
    if (pad)
        append(c, pad, NULL);
    while (c->queue_count && atomic_load(&c->state) == MPG_NET_OPEN) {
        ssize_t some = send_front(c);
        if (some < 0)
            mpg__net_break(c);
        if (some <= 0 || !take_off(c, (size_t)some))
            return;
    }
}

void mpg__net_drain(struct mpg__connection *c)
{
    if (atomic_load(&c->state) != MPG_NET_OPEN || c->is_sending)
        return;
    c->is_sending = true;
    if (c->seal)
        mpg__seal_send(c);
    else
        send_queue(c);
    c->is_sending = false;
    if (atomic_load(&c->state) != MPG_NET_OPEN)
        return;
    bool is_full = c->queue_count > 0;
    if (is_full == c->is_full)
        return;
    c->is_full = is_full;
    mpg__net_watch_room(c);
}

void mpg__net_sent(struct mpg__connection *c)
{
    while (c->is_sending) {
        mpg__mutex_unlock(&c->lock);
        sched_yield();
        mpg__mutex_lock(&c->lock);
    }
}

/* Connections with something new in their queues, last one first.  Taken all
 * at once, so a connection is never in the list twice and the usual trouble of
 * such lists, one that comes back meanwhile, cannot arise. */
static struct mpg__connection *_Atomic unsent;

static void note_unsent(struct mpg__connection *c)
{
    if (atomic_exchange(&c->is_unsent, true))
        return; /* Whoever flushes it has not begun to look at its queue. */
    c->next_unsent = atomic_load(&unsent);
    while (!atomic_compare_exchange_weak(&unsent, &c->next_unsent, c))
        ;
}

void mpg__net_send(unsigned host, const struct mpg__message *head,
                   const void *payload)
{
    mpg_assert(host < mpg__net_config->hosts && host != mpg__net_config->self);
    int saved = errno; /* A call that is under way (EINPROGRESS) is no error. */
    struct mpg__connection *c = mpg__net_meet(host);
    mpg__mutex_lock(&c->lock);
    unsigned state = atomic_load(&c->state);
    if (state != MPG_NET_LOST)
        append(c, head, payload);
    if (state == MPG_NET_NONE)
        mpg__net_call(host, c);
    mpg__mutex_unlock(&c->lock);
    if (state == MPG_NET_OPEN)
        note_unsent(c);
    errno = saved;
}

void mpg__net_flush(void)
{
    struct mpg__connection *c = atomic_exchange(&unsent, NULL);
    while (c) {
        struct mpg__connection *next = c->next_unsent;
        atomic_store(&c->is_unsent, false);
        mpg__mutex_lock(&c->lock);
        if (!c->is_full)
            mpg__net_drain(c);
        mpg__mutex_unlock(&c->lock);
        c = next;
    }
}

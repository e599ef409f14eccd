/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Framing over connected TCP sockets: one message is a head and its payload,
 * sent by one system call, received by two: the head, and then the payload at
 * the place that the head names.
 *
 * What a socket does not take at once waits in that connection's queue, by
 * reference.  The queue is drained when the socket is writable again (poll)
 * and is what back-pressure there is: hosts have a bounded number of requests
 * open, so what waits for one host is bounded too (MPG_NET_QUEUE_MAX).
 */
#include <errno.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/fatal.h"
#include "base/mutex.h"
#include "net_internal.h"

struct outgoing {
    struct mpg__message head;
    const char *payload;
    size_t sent; /* of head and payload together */
    char small[MPG_MESSAGE_SMALL_MAX];
};

struct connection {
    int fd; /* -1: none */
    bool said_bye;

    /* Sending, under the lock. */
    mpg__mutex lock;
    struct outgoing *queue; /* a ring of queue_size entries */
    uint32_t queue_size, queue_first, queue_count;

    /* Receiving, by the one who polls. */
    struct mpg__message head;
    size_t head_got;
    char *payload;
    size_t payload_got;
    char small[MPG_MESSAGE_SMALL_MAX];
};

static const struct mpg__net_config *config;
static struct connection *connections; /* one a host */
static int epoll = -1, kick = -1;

#define EVENTS_AT_ONCE 32
#define KICK_TAG       UINT32_MAX

static void *fresh_memory(size_t bytes)
{
    void *got = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (got == MAP_FAILED)
        mpg__fatal("no memory for %zu bytes of messages: %m", bytes);
    return got;
}

static void watch(int operation, int fd, uint32_t tag, uint32_t events)
{
    struct epoll_event event = {.events = events, .data.u32 = tag};
    if (epoll_ctl(epoll, operation, fd, &event))
        mpg__fatal("epoll_ctl on a connection: %m");
}

void mpg__net_open(const struct mpg__net_config *its_config)
{
    config = its_config;
    connections = fresh_memory(config->hosts * sizeof *connections);
    for (unsigned host = 0; host < config->hosts; host++)
        connections[host].fd = -1;
    epoll = epoll_create1(EPOLL_CLOEXEC);
    kick = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (epoll < 0 || kick < 0)
        mpg__fatal("cannot make an epoll or event descriptor: %m");
    watch(EPOLL_CTL_ADD, kick, KICK_TAG, EPOLLIN);
}

void mpg__net_adopt(unsigned host, int fd)
{
    connections[host].fd = fd;
    watch(EPOLL_CTL_ADD, fd, host, EPOLLIN);
}

int mpg__net_fd(void)
{
    return epoll;
}

static void lose(unsigned host, const char *how)
{
    struct connection *c = &connections[host];
    mpg__mutex_lock(&c->lock);
    int fd = c->fd;
    c->fd = -1;
    mpg__mutex_unlock(&c->lock);
    if (fd < 0)
        return;
    epoll_ctl(epoll, EPOLL_CTL_DEL, fd, NULL);
    close(fd);
    if (!c->said_bye)
        config->lost(host, how);
}

/* Sending. */

static struct outgoing *append(struct connection *c)
{
    if (c->queue_count == c->queue_size) {
        uint32_t size = c->queue_size ? 2 * c->queue_size : 64;
        if (size > MPG_NET_QUEUE_MAX)
            mpg__fatal("more than %u messages wait for one host",
                       MPG_NET_QUEUE_MAX);
        struct outgoing *queue = fresh_memory(size * sizeof *queue);
        for (uint32_t i = 0; i < c->queue_count; i++)
            queue[i] = c->queue[(c->queue_first + i) % c->queue_size];
        if (c->queue)
            munmap(c->queue, c->queue_size * sizeof *queue);
        c->queue = queue;
        c->queue_size = size;
        c->queue_first = 0;
    }
    return &c->queue[(c->queue_first + c->queue_count++) % c->queue_size];
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
    if (some < 0)
        return errno == EAGAIN ? (ssize_t)sent : -1;
    return (ssize_t)sent + some;
}

static size_t length_of(const struct mpg__message *head)
{
    return sizeof *head + head->bytes;
}

void mpg__net_send(unsigned host, const struct mpg__message *head,
                   const void *payload)
{
    struct connection *c = &connections[host];
    mpg_assert(host < config->hosts && host != config->self);
    mpg__mutex_lock(&c->lock);
    ssize_t sent = 0;
    if (c->fd < 0) {
        /* The receiving side has told, or will tell, that it is lost. */
        mpg__mutex_unlock(&c->lock);
        return;
    }
    if (!c->queue_count)
        sent = send_rest(c->fd, head, payload, 0);
    if (sent < 0) {
        /* The poller will see the same error and report it. */
        mpg__mutex_unlock(&c->lock);
        return;
    }
    if ((size_t)sent < length_of(head)) {
        struct outgoing *out = append(c);
        out->head = *head;
        out->sent = (size_t)sent;
        out->payload = payload;
        if (payload && head->bytes <= MPG_MESSAGE_SMALL_MAX) {
            memcpy(out->small, payload, head->bytes);
            out->payload = NULL;
        }
        if (c->queue_count == 1)
            watch(EPOLL_CTL_MOD, c->fd, host, EPOLLIN | EPOLLOUT);
    }
    mpg__mutex_unlock(&c->lock);
}

static void drain(unsigned host)
{
    struct connection *c = &connections[host];
    mpg__mutex_lock(&c->lock);
    while (c->queue_count && c->fd >= 0) {
        struct outgoing *out = &c->queue[c->queue_first];
        const char *payload = out->payload ? out->payload : out->small;
        ssize_t sent = send_rest(c->fd, &out->head, payload, out->sent);
        if (sent < 0)
            break;
        out->sent = (size_t)sent;
        if (out->sent < length_of(&out->head))
            break;
        c->queue_first = (c->queue_first + 1) % c->queue_size;
        c->queue_count--;
    }
    if (!c->queue_count && c->fd >= 0)
        watch(EPOLL_CTL_MOD, c->fd, host, EPOLLIN);
    mpg__mutex_unlock(&c->lock);
}

/* Receiving. */

/* Receives more of what is expected; false when the connection has nothing
 * (more) now or is lost. */
static bool receive(unsigned host, char *to, size_t want, size_t *got)
{
    struct connection *c = &connections[host];
    while (*got < want) {
        ssize_t some = recv(c->fd, to + *got, want - *got, MSG_DONTWAIT);
        if (some > 0) {
            *got += (size_t)some;
        } else if (some == 0) {
            lose(host, "it closed the connection");
            return false;
        } else if (errno == EINTR) {
            continue;
        } else {
            if (errno != EAGAIN)
                lose(host, strerror(errno));
            return false;
        }
    }
    return true;
}

static bool head_is_good(unsigned host, struct connection *c)
{
    const char *why = mpg__message_refusal(&c->head, host, config->hosts);
    if (!why && c->head.bytes) {
        c->payload = config->place(&c->head, &why);
        /* Small payloads wait here: their place is not memory of ours. */
        if (!why && !c->payload)
            c->payload = c->small;
    }
    if (!why)
        return true;
    mpg__warn("host %u sent a bad message (%s): %s", host,
              mpg__message_name(c->head.kind), why);
    lose(host, "it sent a bad message");
    return false;
}

/* Delivers at most one message.  Returns how many. */
static int receive_one(unsigned host)
{
    struct connection *c = &connections[host];
    if (c->head_got < sizeof c->head) {
        if (!receive(host, (char *)&c->head, sizeof c->head, &c->head_got) ||
            !head_is_good(host, c))
            return 0;
    }
    if (c->head.bytes &&
        !receive(host, c->payload, c->head.bytes, &c->payload_got))
        return 0;
    /* Ready for the next head before anybody is told: delivering may take
     * long, and may send. */
    struct mpg__message head = c->head;
    c->head_got = c->payload_got = 0;
    if (head.kind == MPG_MESSAGE_BYE)
        c->said_bye = true;
    else
        config->deliver(&head, c->payload);
    return 1;
}

int mpg__net_poll(int timeout_ms)
{
    struct epoll_event events[EVENTS_AT_ONCE];
    int count = epoll_wait(epoll, events, EVENTS_AT_ONCE, timeout_ms);
    int delivered = 0;
    for (int i = 0; i < count; i++) {
        uint32_t tag = events[i].data.u32;
        if (tag == KICK_TAG) {
            uint64_t kicks;
            if (read(kick, &kicks, sizeof kicks) < 0 && errno != EAGAIN)
                mpg__fatal("cannot read an event descriptor: %m");
            continue;
        }
        if (events[i].events & EPOLLOUT)
            drain(tag);
        if (events[i].events & ~(uint32_t)EPOLLOUT && connections[tag].fd >= 0)
            delivered += receive_one(tag);
    }
    return delivered;
}

void mpg__net_kick(void)
{
    uint64_t one = 1;
    if (write(kick, &one, sizeof one) < 0 && errno != EAGAIN)
        mpg__fatal("cannot write an event descriptor: %m");
}

void mpg__net_bye(void)
{
    for (unsigned host = 0; host < config->hosts; host++)
        if (host != config->self) {
            struct mpg__message bye = {.kind = MPG_MESSAGE_BYE,
                                       .from = (uint16_t)config->self};
            mpg__net_send(host, &bye, NULL);
        }
}

/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * The hosts that this one has met, and the one descriptor that tells what
 * there is to do about them.
 */
#include <poll.h>
#include <sodium.h>
#include <stdatomic.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/bell.h"
#include "base/fatal.h"
#include "net_internal.h"

#define EVENTS_AT_ONCE 32
/* Descriptors that a host wants beside its connections. */
#define FILES_SPARE 256u

const struct mpg__net_config *mpg__net_config;
struct mpg__net_party mpg__net_party;

typedef struct mpg__connection *_Atomic slot;
static slot *table; /* one a host, NULL until they meet */
static _Atomic unsigned open_count;
static int epoll = -1, kick = -1, timer = -1;
static struct mpg__connection *heard; /* last, by who polls; or NULL */

/* While there is one open connection it is not in the epoll, except to wait
 * until it takes more bytes.  A message for a socket that is in an epoll goes
 * through two lists of those who wait there: a twentieth of a round trip, also
 * if nobody does.  Behind an epoll that is in another one, as ours is
 * (server.c), it is as much again for who sleeps there.  So whoever waits looks
 * at the only socket itself, and the server sleeps in that. */
static struct mpg__connection *_Atomic only; /* or NULL; under its lock */
static _Atomic int only_fd = -1;             /* its descriptor */

void *mpg__net_memory(size_t bytes)
{
    void *got = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (got == MAP_FAILED)
        mpg__fatal("no memory for %zu bytes of messages: %m", bytes);
    return got;
}

void mpg__net_watch(int operation, int fd, uint32_t tag, uint32_t events)
{
    struct epoll_event event = {.events = events, .data.u32 = tag};
    if (epoll_ctl(epoll, operation, fd, &event))
        mpg__fatal("cannot watch a connection (epoll_ctl): %m");
}

static void set_only(struct mpg__connection *c)
{
    atomic_store(&only, c);
    atomic_store(&only_fd, c ? c->fd : -1);
}

/* Into the epoll, where it is known by its host.  Under its lock. */
static void include(struct mpg__connection *c, uint32_t events)
{
    set_only(NULL);
    mpg__net_watch(EPOLL_CTL_ADD, c->fd, c->host, events);
}

static void exclude(struct mpg__connection *c)
{
    mpg__net_watch(EPOLL_CTL_DEL, c->fd, 0, 0);
    set_only(c);
}

/* There are others by now. */
static void include_only(void)
{
    struct mpg__connection *c = atomic_load(&only);
    mpg__mutex_lock(&c->lock);
    if (atomic_load(&only) == c)
        include(c, EPOLLIN);
    mpg__mutex_unlock(&c->lock);
}

void mpg__net_watch_room(struct mpg__connection *c)
{
    if (atomic_load(&only) == c)
        include(c, EPOLLIN | EPOLLOUT);
    else if (c->is_full)
        mpg__net_watch(EPOLL_CTL_MOD, c->fd, c->host, EPOLLIN | EPOLLOUT);
    else if (mpg__net_count() == 1)
        exclude(c);
    else
        mpg__net_watch(EPOLL_CTL_MOD, c->fd, c->host, EPOLLIN);
}

struct mpg__connection *mpg__net_find(unsigned host)
{
    return atomic_load_explicit(&table[host], memory_order_acquire);
}

struct mpg__connection *mpg__net_meet(unsigned host)
{
    struct mpg__connection *c = mpg__net_find(host);
    if (c)
        return c;
    struct mpg__connection *fresh = mpg__net_memory(sizeof *fresh);
    fresh->host = host;
    fresh->fd = fresh->call = -1;
    if (atomic_compare_exchange_strong(&table[host], &c, fresh))
        return fresh;
    munmap(fresh, sizeof *fresh); /* Another thread was first. */
    return c;
}

void mpg__net_opened(unsigned host, struct mpg__connection *c, int fd,
                     const struct mpg__shake *shake)
{
    if (mpg__net_config->encrypt)
        c->seal = mpg__seal_new(shake);
    c->fd = fd;
    c->ticks = 0;
    atomic_store(&c->state, MPG_NET_OPEN);
    if (atomic_fetch_add(&open_count, 1))
        mpg__net_watch(EPOLL_CTL_MOD, c->fd, host, EPOLLIN);
    else
        exclude(c);
    if (c->queue_count)
        mpg__net_drain(c);
}

void mpg__net_lose(unsigned host, const char *how)
{
    struct mpg__connection *c = mpg__net_find(host);
    mpg__mutex_lock(&c->lock);
    unsigned was = atomic_exchange(&c->state, MPG_NET_LOST);
    mpg__net_sent(c); /* through c->fd */
    if (atomic_load(&only) == c)
        set_only(NULL);
    if (c->fd >= 0)
        close(c->fd);
    if (c->call >= 0)
        close(c->call);
    c->fd = c->call = -1;
    mpg__mutex_unlock(&c->lock);
    if (was == MPG_NET_OPEN)
        atomic_fetch_sub(&open_count, 1);
    if (was != MPG_NET_LOST && !c->said_bye)
        mpg__net_config->lost(host, how);
}

/* A job in which everybody talks to everybody needs a descriptor for each. */
static void raise_files_limit(void)
{
    struct rlimit files;
    rlim_t wanted = mpg__net_config->hosts + FILES_SPARE;
    if (getrlimit(RLIMIT_NOFILE, &files) || files.rlim_cur >= wanted)
        return;
    files.rlim_cur = files.rlim_max < wanted ? files.rlim_max : wanted;
    setrlimit(RLIMIT_NOFILE, &files);
}

void mpg__net_start(const struct mpg__net_config *config)
{
    if (sodium_init() < 0)
        mpg__fatal("libsodium cannot start");
    static uint8_t build[MPG_NET_BUILD_BYTES];
    crypto_generichash(build, sizeof build, config->alike, config->alike_bytes,
                       NULL, 0);
    mpg__net_config = config;
    mpg__net_party = (struct mpg__net_party){.self = config->self,
                                             .hosts = config->hosts,
                                             .secret = config->secret,
                                             .build = build};
    raise_files_limit();
    table = mpg__net_memory(config->hosts * sizeof *table);
    epoll = epoll_create1(EPOLL_CLOEXEC);
    kick = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    timer = mpg__net_timer();
    if (epoll < 0 || kick < 0 || timer < 0)
        mpg__fatal("cannot make an epoll, event or timer descriptor: %m");
    mpg__net_watch(EPOLL_CTL_ADD, kick, MPG_NET_KICK_TAG, EPOLLIN);
    mpg__net_watch(EPOLL_CTL_ADD, timer, MPG_NET_TIMER_TAG, EPOLLIN);
    mpg__net_answer_start();
}

int mpg__net_fd(void)
{
    return epoll;
}

int mpg__net_only_fd(void)
{
    return atomic_load(&only_fd);
}

unsigned mpg__net_count(void)
{
    return atomic_load(&open_count);
}

/* Polling. */

static void tick(void)
{
    for (unsigned host = 0; host < mpg__net_config->hosts; host++) {
        struct mpg__connection *c = mpg__net_find(host);
        if (!c)
            continue;
        if (atomic_load(&c->state) == MPG_NET_OPEN) {
            if (mpg__net_is_silent(c->fd, &c->ticks))
                mpg__net_lose(host, "it gives no sign of life "
                                    "(MILLIPAGE_LOST_MS)");
        } else {
            mpg__net_call_tick(host, c);
        }
    }
    mpg__net_answer_tick();
}

static int receive_from(struct mpg__connection *c)
{
    int delivered = mpg__net_receive(c->host, c);
    /* The answers to all that one host has said leave together. */
    if (delivered) {
        mpg__net_flush();
        heard = c;
    }
    return delivered;
}

static int host_event(unsigned host, uint32_t events)
{
    struct mpg__connection *c = mpg__net_find(host);
    if (atomic_load(&c->state) != MPG_NET_OPEN)
        return 0; /* It was lost a moment ago. */
    if (events & EPOLLOUT) {
        mpg__mutex_lock(&c->lock);
        mpg__net_drain(c);
        mpg__mutex_unlock(&c->lock);
    }
    return events & ~(uint32_t)EPOLLOUT ? receive_from(c) : 0;
}

int mpg__net_look(void)
{
    struct mpg__connection *c = atomic_load(&only);
    if (!c)
        c = heard;
    return c && atomic_load(&c->state) == MPG_NET_OPEN ? receive_from(c) : 0;
}

static int hear_quiet_ones(void)
{
    int delivered = 0;
    for (struct mpg__connection *c = mpg__net_quiet_ones(); c;
         c = c->next_quiet)
        if (atomic_load(&c->state) == MPG_NET_OPEN)
            delivered += receive_from(c);
    return delivered;
}

/* Returns how many messages of the only connection were delivered. */
static int poll_only(struct mpg__connection *c, int timeout_ms)
{
    struct pollfd wanted[] = {{epoll, POLLIN, 0}, {c->fd, POLLIN, 0}};
    if (mpg__net_count() > 1) {
        include_only();
        return 0;
    }
    if (timeout_ms)
        (void)poll(wanted, 2, timeout_ms);
    return receive_from(c);
}

static int poll_all(int timeout_ms)
{
    struct epoll_event events[EVENTS_AT_ONCE];
    struct mpg__connection *c = atomic_load(&only);
    int delivered = c ? poll_only(c, timeout_ms) : hear_quiet_ones();
    if (delivered)
        timeout_ms = 0;
    int count = epoll_wait(epoll, events, EVENTS_AT_ONCE, c ? 0 : timeout_ms);
    bool has_ticked = false;
    for (int i = 0; i < count; i++) {
        uint32_t tag = events[i].data.u32;
        if (tag == MPG_NET_KICK_TAG) {
            mpg__bell_answer(kick);
            mpg__net_call_failures();
        } else if (tag == MPG_NET_TIMER_TAG) {
            mpg__bell_answer(timer);
            has_ticked = true;
        } else if (tag == MPG_NET_LISTENER_TAG) {
            mpg__net_accept();
        } else if (tag >= MPG_NET_CALLER_TAG) {
            mpg__net_caller_event(tag - MPG_NET_CALLER_TAG);
        } else if (tag >= MPG_NET_CALL_TAG) {
            unsigned host = tag - MPG_NET_CALL_TAG;
            mpg__net_call_event(host, mpg__net_find(host));
        } else {
            delivered += host_event(tag, events[i].events);
        }
    }
    /* Last: what has arrived is a sign of life. */
    if (has_ticked)
        tick();
    return delivered;
}

int mpg__net_poll(int timeout_ms)
{
    if (!timeout_ms)
        return poll_all(0);
    mpg__net_sleeps();
    int delivered = poll_all(timeout_ms);
    mpg__net_wakes();
    return delivered;
}

void mpg__net_kick(void)
{
    mpg__bell_ring(kick);
}

void mpg__net_bye(void)
{
    struct mpg__message bye = {.kind = MPG_MESSAGE_BYE,
                               .from = (uint16_t)mpg__net_config->self};
    mpg__net_answer_end();
    for (unsigned host = 0; host < mpg__net_config->hosts; host++) {
        struct mpg__connection *c = mpg__net_find(host);
        if (c && atomic_load(&c->state) == MPG_NET_OPEN)
            mpg__net_send(host, &bye, NULL);
    }
    mpg__net_flush();
    for (unsigned host = 0; host < mpg__net_config->hosts; host++) {
        struct mpg__connection *c = mpg__net_find(host);
        if (!c)
            continue;
        mpg__mutex_lock(&c->lock);
        mpg__net_sent(c); /* by another thread */
        mpg__mutex_unlock(&c->lock);
    }
}

/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Calling another host: connect, then the handshake, nothing of which waits.
 *
 * A call may fail for reasons that are no reason to give up: the host has more
 * callers at once than it has room for, or its answer was that it calls us
 * itself.  Then we call again.  A port where nobody listens is one: the process
 * is gone.
 */
#include <errno.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/fatal.h"
#include "net_internal.h"

#define TRIES_MAX 20u /* calls that the peer has cut short */

static atomic_bool has_failures;

static void dial(unsigned host, struct mpg__connection *c)
{
    const struct mpg__net_place *place = &mpg__net_config->places[host];
    struct sockaddr_storage to;
    socklen_t bytes;
    if (!mpg__net_resolve(place->address, place->port, &to, &bytes))
        mpg__fatal("'%s', the address of host %u, is not numeric",
                   place->address, host);
    c->call =
        socket(to.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (c->call < 0)
        mpg__fatal("cannot make a socket for host %u: %m%s", host,
                   errno == EMFILE ? " (ulimit -n)" : "");
    mpg__net_tune(c->call);
    c->is_dialled = c->has_failed = false;
    int error = connect(c->call, (struct sockaddr *)&to, bytes) ? errno : 0;
    if (error && error != EINPROGRESS && error != EINTR) {
        /* The poller is told, which alone may say that a host is lost. */
        close(c->call);
        c->call = -1;
        c->error = error;
        c->has_failed = true;
        atomic_store(&has_failures, true);
        mpg__net_kick();
        return;
    }
    mpg__net_watch(EPOLL_CTL_ADD, c->call, MPG_NET_CALL_TAG + host, EPOLLOUT);
}

void mpg__net_call(unsigned host, struct mpg__connection *c)
{
    c->ticks = 0;
    atomic_store(&c->state, MPG_NET_CALLING);
    dial(host, c);
}

static void lose_uncalled(unsigned host, int error)
{
    const struct mpg__net_place *place = &mpg__net_config->places[host];
    char how[160];
    mpg__format(how, sizeof how, "cannot connect to it at %s port %u: %s",
                place->address, (unsigned)place->port, strerrordesc_np(error));
    mpg__net_lose(host, how);
}

void mpg__net_call_failures(void)
{
    if (!atomic_exchange(&has_failures, false))
        return;
    for (unsigned host = 0; host < mpg__net_config->hosts; host++) {
        struct mpg__connection *c = mpg__net_find(host);
        if (!c)
            continue;
        mpg__mutex_lock(&c->lock);
        int error = atomic_load(&c->state) == MPG_NET_CALLING && c->has_failed
                        ? c->error
                        : 0;
        mpg__mutex_unlock(&c->lock);
        if (error)
            lose_uncalled(host, error);
    }
}

/* Under the lock.  The next tick calls again. */
static void hang_up(struct mpg__connection *c)
{
    close(c->call);
    c->call = -1;
    c->ticks = 0;
    c->is_dialled = false;
}

/* Under the lock: 0, or why TCP could not connect. */
static int begin_handshake(unsigned host, struct mpg__connection *c)
{
    int error = 0;
    socklen_t bytes = sizeof error;
    if (getsockopt(c->call, SOL_SOCKET, SO_ERROR, &error, &bytes))
        error = errno;
    if (error)
        return error;
    uint8_t nonce[MPG_NET_NONCE_BYTES];
    mpg__net_nonce(nonce);
    mpg__shake_call(&c->shake, &mpg__net_party, host, nonce);
    c->is_dialled = true;
    c->ticks = 0;
    mpg__net_watch(EPOLL_CTL_MOD, c->call, MPG_NET_CALL_TAG + host, EPOLLIN);
    if (!mpg__net_shake_send(&c->shake, c->call))
        shutdown(c->call, SHUT_RDWR); /* The next event is its end. */
    return 0;
}

/* Under the lock.  NULL, or why the host is lost. */
static const char *go_on(unsigned host, struct mpg__connection *c)
{
    bool is_closed, is_open = atomic_load(&c->state) == MPG_NET_OPEN;
    int fd = c->call;
    switch (mpg__net_shake_step(&c->shake, fd, &is_closed)) {
    case MPG_SHAKE_OPEN:
        if (is_open)
            return "it has opened two connections";
        c->call = -1;
        mpg__net_opened(host, c, fd, &c->shake);
        return NULL;
    case MPG_SHAKE_CROSSED:
        hang_up(c);
        if (!is_open)
            atomic_store(&c->state, MPG_NET_AWAITED);
        return NULL;
    case MPG_SHAKE_REFUSED:
        hang_up(c);
        if (is_open || (is_closed && ++c->tries < TRIES_MAX))
            return NULL;
        return c->shake.why;
    default:
        return NULL;
    }
}

void mpg__net_call_event(unsigned host, struct mpg__connection *c)
{
    int error = 0;
    const char *why = NULL;
    mpg__mutex_lock(&c->lock);
    if (c->call >= 0) {
        if (c->is_dialled)
            why = go_on(host, c);
        else
            error = begin_handshake(host, c);
    }
    mpg__mutex_unlock(&c->lock);
    if (error)
        lose_uncalled(host, error);
    else if (why)
        mpg__net_lose(host, why);
}

void mpg__net_call_tick(unsigned host, struct mpg__connection *c)
{
    uint64_t limit_ms = mpg__net_config->connect_ms;
    int error = 0;
    mpg__mutex_lock(&c->lock);
    unsigned state = atomic_load(&c->state);
    if (state == MPG_NET_CALLING && c->call < 0) {
        dial(host, c);
    } else if (state == MPG_NET_CALLING && c->is_dialled) {
        /* A host that is stopped may take for ever to answer. */
        error = mpg__net_is_silent(c->call, &c->ticks) ? ETIMEDOUT : 0;
    } else if (state == MPG_NET_CALLING) {
        error = mpg__net_is_past(++c->ticks, limit_ms) ? ETIMEDOUT : 0;
    } else if (state == MPG_NET_AWAITED &&
               mpg__net_is_past(++c->ticks, limit_ms)) {
        mpg__net_call(host, c);
    }
    mpg__mutex_unlock(&c->lock);
    if (error)
        lose_uncalled(host, error);
}

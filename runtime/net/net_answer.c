/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Answering: callers are strangers until they have proved that they are hosts
 * of this job.  There is room for all hosts and a fixed number of others; when
 * it is full the one who has been there longest has to go (a host would call
 * again), so that strangers can neither fill memory nor keep hosts out.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/fatal.h"
#include "net_internal.h"

#define REPORTS_MAX     16u /* refusals that are said; then one more line */
#define ACCEPTS_AT_ONCE 16u

#define TOO_LATE "it did not say in time who it is"

struct caller {
    bool is_here;
    int fd; /* -1: it has hung up */
    uint32_t order;
    struct sockaddr_storage from;
    struct mpg__shake shake;
};

static int listener = -1;
static bool is_listening;
static atomic_bool is_over;
static struct caller *callers; /* [callers_max] */
static unsigned callers_max;
static uint32_t calls; /* so far */

void mpg__net_listen(const char *address, struct mpg__net_place *place)
{
    struct sockaddr_storage name;
    socklen_t bytes;
    if (!mpg__net_resolve(address, 0, &name, &bytes))
        mpg__fatal("'%s' is not a numeric address to listen at", address);
    listener =
        socket(name.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (listener < 0 || bind(listener, (struct sockaddr *)&name, bytes) ||
        listen(listener, SOMAXCONN))
        mpg__fatal("cannot listen at %s: %m", address);
    bytes = sizeof name;
    if (getsockname(listener, (struct sockaddr *)&name, &bytes))
        mpg__fatal("cannot tell the port that we listen at: %m");
    place->port = ntohs(name.ss_family == AF_INET6
                            ? ((struct sockaddr_in6 *)&name)->sin6_port
                            : ((struct sockaddr_in *)&name)->sin_port);
    mpg__format(place->address, sizeof place->address, "%s", address);
}

static void watch_listener(void)
{
    mpg__net_watch(EPOLL_CTL_ADD, listener, MPG_NET_LISTENER_TAG, EPOLLIN);
    is_listening = true;
}

void mpg__net_answer_start(void)
{
    callers_max = mpg__net_config->hosts + MPG_NET_CALLERS_MAX;
    callers = mpg__net_memory(callers_max * sizeof *callers);
    watch_listener();
}

/* Strangers. */

/* Each kind of refusal from each address is said once, and no more than a few
 * in all: whoever calls all day does not fill the job's output. */
static void report(const struct sockaddr_storage *from, const char *why)
{
    if (is_over)
        return;
    static struct {
        char address[INET6_ADDRSTRLEN];
        const char *why;
    } reports[REPORTS_MAX];
    static unsigned count;
    char address[INET6_ADDRSTRLEN];
    mpg__net_name(from, address, sizeof address);
    for (unsigned i = 0; i < count && i < REPORTS_MAX; i++)
        if (!strcmp(reports[i].address, address) && reports[i].why == why)
            return;
    if (count > REPORTS_MAX)
        return;
    if (count++ == REPORTS_MAX) {
        mpg__warn("refused more connections; no more of them are reported");
        return;
    }
    memcpy(reports[count - 1].address, address, sizeof address);
    reports[count - 1].why = why;
    mpg__warn("refused a connection from %s: %s", address, why);
}

static void dismiss(struct caller *caller)
{
    if (caller->fd >= 0)
        close(caller->fd);
    caller->is_here = false;
}

/* A free place, or that of who has been here longest. */
static struct caller *make_place(void)
{
    struct caller *oldest = &callers[0];
    for (unsigned i = 0; i < callers_max; i++) {
        if (!callers[i].is_here)
            return &callers[i];
        if ((int32_t)(callers[i].order - oldest->order) < 0)
            oldest = &callers[i];
    }
    report(&oldest->from, oldest->fd < 0 ? oldest->shake.why : TOO_LATE);
    dismiss(oldest);
    return oldest;
}

/* Without descriptors nobody can be let in; the listener would wake us all the
 * time.  The next tick tries again. */
static void pause_listening(void)
{
    static bool was_said;
    if (!was_said)
        mpg__warn("cannot accept connections: %m (ulimit -n); trying again");
    was_said = true;
    mpg__net_watch(EPOLL_CTL_DEL, listener, 0, 0);
    is_listening = false;
}

void mpg__net_accept(void)
{
    for (unsigned i = 0; i < ACCEPTS_AT_ONCE; i++) {
        struct sockaddr_storage from = {0};
        socklen_t bytes = sizeof from;
        int fd = accept4(listener, (struct sockaddr *)&from, &bytes,
                         SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (fd < 0) {
            if (errno == EMFILE || errno == ENFILE || errno == ENOMEM ||
                errno == ENOBUFS)
                pause_listening();
            return;
        }
        struct caller *caller = make_place();
        uint8_t nonce[MPG_NET_NONCE_BYTES];
        mpg__net_nonce(nonce);
        mpg__net_tune(fd);
        caller->is_here = true;
        caller->fd = fd;
        caller->order = calls++;
        caller->from = from;
        mpg__shake_listen(&caller->shake, &mpg__net_party, nonce);
        mpg__net_watch(EPOLL_CTL_ADD, fd,
                       MPG_NET_CALLER_TAG + (uint32_t)(caller - callers),
                       EPOLLIN);
    }
}

/* Hosts. */

/* Whether this call is to be the connection.  Of two calls that cross, the one
 * of the lower number is. */
static bool is_welcome(const struct mpg__connection *c, unsigned host)
{
    switch (atomic_load(&c->state)) {
    case MPG_NET_NONE:
    case MPG_NET_AWAITED:
        return true;
    case MPG_NET_CALLING:
        return host < mpg__net_config->self;
    default:
        return false;
    }
}

static void let_in(struct caller *caller)
{
    unsigned host = caller->shake.peer;
    struct mpg__connection *c = mpg__net_meet(host);
    mpg__mutex_lock(&c->lock);
    bool is_open = is_welcome(c, host);
    mpg__shake_decide(&caller->shake, is_open);
    if (!mpg__net_shake_send(&caller->shake, caller->fd))
        is_open = false; /* It is gone, and calls again if it is not dead. */
    if (is_open) {
        mpg__net_opened(host, c, caller->fd, &caller->shake);
        caller->fd = -1;
    }
    mpg__mutex_unlock(&c->lock);
    dismiss(caller);
}

void mpg__net_caller_event(unsigned number)
{
    struct caller *caller = &callers[number];
    bool is_closed;
    if (!caller->is_here || caller->fd < 0)
        return; /* It had to go a moment ago. */
    switch (mpg__net_shake_step(&caller->shake, caller->fd, &is_closed)) {
    case MPG_SHAKE_PROVEN:
        let_in(caller);
        break;
    case MPG_SHAKE_REFUSED:
        if (is_closed) {
            /* Perhaps a host that has just died, of which the launcher will
             * speak: if the job goes on, it was a stranger. */
            close(caller->fd);
            caller->fd = -1;
            break;
        }
        report(&caller->from, caller->shake.why);
        dismiss(caller);
        break;
    default:
        break;
    }
}

void mpg__net_answer_tick(void)
{
    if (!is_listening)
        watch_listener();
    for (unsigned i = 0; i < callers_max; i++)
        if (callers[i].is_here && callers[i].fd < 0) {
            report(&callers[i].from, callers[i].shake.why);
            dismiss(&callers[i]);
        }
}

void mpg__net_answer_end(void)
{
    is_over = true;
}

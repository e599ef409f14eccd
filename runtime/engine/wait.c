/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Waiting, which is the whole game: whoever waits, polls.
 *
 * One thread of a host at a time has the *role* of receiver: it alone reads
 * the connections and delivers.  A thread that waits for an answer takes the
 * role if it is free and serves whatever arrives, its own answer among it: no
 * thread has to be woken to hand it over, and an idle processor is slow to
 * wake.  It polls for a while and then sleeps in epoll, so that hosts which
 * share a processor do not burn each other's time.  When nobody waits, the
 * server thread has the watch: it sleeps in an outer epoll that holds the
 * connections' epoll, and is the interrupt that answers while the program
 * computes.  A waiter that takes the role disarms that outer watch, and arms
 * it again when it leaves; otherwise every message would wake the server too.
 *
 * A waiter's state:
 *   WAITING   its thread runs, and looks at the state
 *   DONE      it has what it waits for
 *   ASLEEP    its thread sleeps in futex: whoever sets DONE must wake it
 *   IN_POLL   its thread has the role and sleeps in epoll: whoever sets DONE
 *             from another thread must kick the epoll
 */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/config.h"
#include "base/fatal.h"
#include "boot/boot.h"
#include "engine_internal.h"
#include "net/net.h"
#include "signals.h"

enum { WAITING, DONE, ASLEEP, IN_POLL };

/* Waiters for minipages, by hash.  Under the engine's lock. */
#define BUCKETS 256u
static struct mpg__waiter *buckets[BUCKETS];

static mpg__mutex role; /* tried only: nobody sleeps for it */
static int watch = -1;  /* the outer epoll */
static int call = -1;   /* an eventfd in it: work for the server thread */
static int ends = -1;   /* a signalfd in it: perhaps the end of this host */
static uint64_t spin_ns;
/* More hosts than processors, or more threads of this host than it has of
 * them: who polls takes turns with who computes. */
static _Atomic bool must_yield;

static struct mpg__waiter **bucket_of(uint32_t region, uint32_t slot)
{
    return &buckets[(region * 31u + slot) % BUCKETS];
}

void mpg__waiter_add(struct mpg__waiter *waiter, uint32_t region, uint32_t slot)
{
    struct mpg__waiter **bucket = bucket_of(region, slot);
    atomic_store_explicit(&waiter->state, WAITING, memory_order_relaxed);
    waiter->region = region;
    waiter->slot = slot;
    waiter->next = *bucket;
    *bucket = waiter;
}

void mpg__waiter_wake(struct mpg__waiter *waiter)
{
    /* After this exchange the waiter, which is on its thread's stack, may be
     * gone; only its address is used. */
    uint32_t was =
        atomic_exchange_explicit(&waiter->state, DONE, memory_order_acq_rel);
    if (was == ASLEEP)
        mpg__futex_wake(&waiter->state, 1);
    else if (was == IN_POLL)
        mpg__net_kick();
}

void mpg__waiters_wake(uint32_t region, uint32_t slot)
{
    struct mpg__waiter **link = bucket_of(region, slot);
    while (*link) {
        struct mpg__waiter *waiter = *link;
        if (waiter->region == region && waiter->slot == slot) {
            *link = waiter->next;
            mpg__waiter_wake(waiter);
        } else {
            link = &waiter->next;
        }
    }
}

static bool is_done(struct mpg__waiter *waiter)
{
    return atomic_load_explicit(&waiter->state, memory_order_acquire) == DONE;
}

static uint64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static void relax(void)
{
    if (must_yield)
        sched_yield();
    else
        __builtin_ia32_pause();
}

/* The watch fires once and is then off, so a server thread that finds the role
 * taken may simply sleep on: whoever has the role turns the watch on again
 * after letting go of it, and what is still unread then fires it. */
#define WATCHED (EPOLLIN | EPOLLONESHOT)

static void set_watch(uint32_t events)
{
    struct epoll_event event = {.events = events, .data.fd = mpg__net_fd()};
    if (epoll_ctl(watch, EPOLL_CTL_MOD, mpg__net_fd(), &event))
        mpg__fatal("epoll_ctl on the connections: %m");
}

/* With one peer there is one place to look. */
#define LOOKS 8u /* for one poll, which sees the rest: room to send, timers */

static int look(unsigned tries)
{
    if (mpg__net_count() == 1 && tries % LOOKS)
        return mpg__net_look();
    return mpg__net_poll(0);
}

/* Has the role: serves until the waiter is done. */
static void poll_until_done(struct mpg__waiter *waiter)
{
    set_watch(0);
    uint64_t start = now_ns();
    for (unsigned tries = 1; !is_done(waiter); tries++) {
        if (look(tries) > 0) {
            start = now_ns(); /* Where one came, more may follow. */
            continue;
        }
        if (now_ns() - start < spin_ns) {
            relax();
            continue;
        }
        uint32_t expected = WAITING;
        if (atomic_compare_exchange_strong(&waiter->state, &expected,
                                           IN_POLL)) {
            if (mpg__net_poll(-1) > 0)
                start = now_ns();
            expected = IN_POLL;
            atomic_compare_exchange_strong(&waiter->state, &expected, WAITING);
        }
    }
    /* What was asked for ahead comes right behind, and receiving it now is
     * cheaper than a fault for it. */
    while (mpg__requests_are_open() && look(1) > 0)
        ;
}

static void wait_for(struct mpg__waiter *waiter)
{
    uint64_t start = 0;
    while (!is_done(waiter)) {
        if (mpg__mutex_try(&role)) {
            poll_until_done(waiter);
            mpg__mutex_unlock(&role);
            set_watch(WATCHED);
            return;
        }
        /* Another thread serves, perhaps on this processor: the server thread
         * does.  Look for a moment, then sleep. */
        if (!start)
            start = now_ns();
        if (now_ns() - start < spin_ns) {
            sched_yield();
            continue;
        }
        uint32_t expected = WAITING;
        if (!atomic_compare_exchange_strong(&waiter->state, &expected, ASLEEP))
            continue;
        while (atomic_load(&waiter->state) == ASLEEP)
            mpg__futex_wait(&waiter->state, ASLEEP, NULL);
    }
}

#define PAUSE_POLLS  64u      /* tries before the thread sleeps */
#define PAUSE_MIN_NS 20000u   /* of the first sleep ... */
#define PAUSE_MAX_NS 1000000u /* ... each a little longer up to this */

void mpg__pause(unsigned tries)
{
    sigset_t before;
    int served = 0;
    mpg__enter(&before);
    if (mpg__mutex_try(&role)) {
        set_watch(0);
        served = mpg__net_poll(0);
        mpg__mutex_unlock(&role);
        set_watch(WATCHED);
    }
    mpg__leave(&before);
    if (served > 0)
        return;
    if (tries < PAUSE_POLLS) {
        sched_yield();
        return;
    }
    uint64_t ns = (uint64_t)PAUSE_MIN_NS * (tries - PAUSE_POLLS + 1);
    struct timespec rest = {.tv_nsec =
                                (long)(ns < PAUSE_MAX_NS ? ns : PAUSE_MAX_NS)};
    nanosleep(&rest, NULL);
}

void mpg__wait(struct mpg__waiter *waiter)
{
    int saved = errno; /* Sockets that have nothing now set it. */
    wait_for(waiter);
    errno = saved;
}

/* The server thread. */

void mpg__server_call(void)
{
    uint64_t one = 1;
    /* EAGAIN: it is full of calls that are not answered yet. */
    if (write(call, &one, sizeof one) < 0 && errno != EAGAIN)
        mpg__fatal("cannot write an event descriptor: %m");
}

static void answer_call(void)
{
    uint64_t calls;
    if (read(call, &calls, sizeof calls) < 0 && errno != EAGAIN &&
        errno != EINTR)
        mpg__fatal("cannot read an event descriptor: %m");
    mpg__threads_work();
}

static void check_launcher(uint32_t events)
{
    if (!(events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)))
        return;
    /* The launcher is gone: there is nobody to tell. */
    _exit(MPG_BOOT_ABORT_STATUS);
}

/* An interrupt has to come through at once, also when its processor computes
 * for somebody else.  The scheduler preempts for a woken thread whose deadline
 * is earlier, and the deadline is the nearer the shorter a slice the thread
 * asks for.  (Linux 6.12; older ones take no notice.) */
#define SERVER_SLICE_NS 100000

/* What the user says of stacks (ulimit -s) is about the program's. */
#define SERVER_STACK_BYTES (256u << 10)

static void ask_for_short_slices(void)
{
    struct {
        uint32_t size, policy;
        uint64_t flags;
        int32_t nice;
        uint32_t priority;
        uint64_t runtime, deadline, period;
    } attributes = {.size = sizeof attributes,
                    .nice = getpriority(PRIO_PROCESS, 0),
                    .runtime = SERVER_SLICE_NS};
    syscall(SYS_sched_setattr, 0, &attributes, 0);
}

/* Never waits for the role: who has it may sleep for as long as the program
 * waits, and there is other work for this thread meanwhile. */
static void serve_connections(void)
{
    if (!mpg__mutex_try(&role))
        return;
    while (mpg__net_poll(0) > 0)
        ;
    mpg__mutex_unlock(&role);
    set_watch(WATCHED);
}

static void *serve(void *unused)
{
    (void)unused;
    ask_for_short_slices();
    for (;;) {
        struct epoll_event events[4];
        int count = epoll_wait(watch, events, 4, -1);
        for (int i = 0; i < count; i++) {
            if (events[i].data.fd == call) {
                answer_call();
            } else if (events[i].data.fd == mpg__boot_fd()) {
                check_launcher(events[i].events);
            } else if (events[i].data.fd == ends) {
                mpg__ends_take();
            } else {
                serve_connections();
            }
        }
    }
    return NULL;
}

void mpg__wait_threads(unsigned threads)
{
    if (threads > mpg__cores_here)
        must_yield = true;
}

static void add_watch(int fd, uint32_t events)
{
    struct epoll_event event = {.events = events, .data.fd = fd};
    if (epoll_ctl(watch, EPOLL_CTL_ADD, fd, &event))
        mpg__fatal("epoll_ctl: %m");
}

void mpg__server_start(unsigned busy_hosts_per_core)
{
    spin_ns = mpg__config.spin_us * 1000 /
              (busy_hosts_per_core ? busy_hosts_per_core : 1);
    must_yield = busy_hosts_per_core > 1;
    watch = epoll_create1(EPOLL_CLOEXEC);
    call = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (watch < 0 || call < 0)
        mpg__fatal("cannot make an epoll or event descriptor: %m");
    add_watch(call, EPOLLIN);
    add_watch(mpg__net_fd(), WATCHED);
    if (mpg__boot_fd() >= 0)
        add_watch(mpg__boot_fd(), EPOLLRDHUP);
    ends = mpg__ends_fd();
    if (ends >= 0) /* Without it the end may take until SIGKILL. */
        add_watch(ends, EPOLLIN | EPOLLET);
    sigset_t before;
    mpg__enter(&before); /* The thread inherits the mask: no signals. */
    pthread_t thread;
    pthread_attr_t attributes;
    int error = pthread_attr_init(&attributes);
    if (!error)
        error = pthread_attr_setstacksize(&attributes, SERVER_STACK_BYTES);
    if (!error)
        error = pthread_create(&thread, &attributes, serve, NULL);
    mpg__leave(&before);
    if (error)
        mpg__fatal("cannot start the server thread: %s", strerror(error));
    pthread_detach(thread);
}

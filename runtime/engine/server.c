/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * The role of receiver, and the server thread, which serves when nobody waits.
 *
 * One thread of a host at a time has the *role*: it alone reads the connections
 * and delivers.  Whoever waits takes it (wait.c).  When nobody does, the server
 * thread has the *watch*: it sleeps in an outer epoll that holds the
 * connections' epoll, or the only connection itself (net.h), and is the
 * interrupt that answers while the program computes.  A waiter that takes the
 * role turns the watch off, and on again when it leaves; otherwise every
 * message would wake the server, too.
 *
 * A program that waits again and again, with little in between, as for locks,
 * pays for that twice: with two system calls a wait, and with a server thread
 * that is woken because a message came in between.  Waking a thread on another
 * processor is an interrupt there, which costs as much as the network does, and
 * on virtual machines several times that.  So when there have been SHORTS short
 * gaps in a row the server *lingers*: the watch stays off, and the server looks
 * now and then whether anybody has begun to wait since.  If not, the program
 * computes, or it sleeps in a long wait: all is as before.  A message that
 * comes just when the program begins to compute is late by as much, once; each
 * look comes after twice the time of the one before, so that it is not late by
 * more than the waits before it have taken, nor by more than --linger-us.
 *
 * Leaving the role and the end of lingering must not miss each other, or nobody
 * would have the watch: who leaves gives the role back and then asks whether
 * the server lingers; the server says that it does not, and then asks whether
 * the role is free.  One of them sees the other, and turns the watch on.  If
 * both do, or somebody takes the role just then, the server is woken in vain.
 */
#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "base/bell.h"
#include "base/config.h"
#include "base/fatal.h"
#include "boot/boot.h"
#include "engine_internal.h"
#include "net/net.h"
#include "signals.h"

#define SHORT_NS      50000u /* between two waits: about what waking costs */
#define SHORTS        16u
#define LINGER_MIN_NS 100000l

#define RELAXED memory_order_relaxed

static mpg__mutex role;          /* tried only: nobody sleeps for it */
static int watch = -1;           /* the outer epoll */
static int call = -1;            /* a bell in it: work for the server thread */
static int kept = -1;            /* a timer in it: something was kept */
static int alarm_at = -1;        /* another, of alarm.c */
static _Atomic uint32_t lingers; /* 1 or 0 */
static _Atomic bool may_linger;  /* the user lets it, the kernel can */
/* Of all threads of this host together; nothing but speed hangs on them. */
static _Atomic uint32_t waits;    /* begun */
static _Atomic uint32_t shorts;   /* gaps in a row */
static _Atomic uint64_t ended_ns; /* the last wait */

/* The watch fires once and is then off, so a server thread that finds the role
 * taken may simply sleep on: whoever has the role turns the watch on again
 * after letting go of it, and what is still unread then fires it.
 *
 * The only connection is put into the epoll and taken out of it, so that the
 * messages of who waits do not even pass by.  The connections' epoll stays
 * there, and while there is an only connection nobody turns it off: it has
 * strangers to tell of, and the timer. */
#define WATCHED (EPOLLIN | EPOLLONESHOT)

static _Atomic bool is_off; /* the connections' epoll, in ours */

static bool control(int operation, int fd, uint32_t events)
{
    struct epoll_event event = {.events = events, .data.fd = fd};
    return !epoll_ctl(watch, operation, fd, &event);
}

static void must(bool is_done)
{
    if (!is_done)
        mpg__fatal("epoll_ctl on the connections: %m");
}

/* It is in there if it has woken the server, and is not if somebody waited. But
 * those who leave the role at the same time may all come here, and the
 * connection be lost meanwhile. */
static void watch_only(int fd, bool is_in)
{
    int first = is_in ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;
    int second = is_in ? EPOLL_CTL_ADD : EPOLL_CTL_MOD;
    if (!control(first, fd, WATCHED) && !control(second, fd, WATCHED))
        must(errno == EEXIST || errno == ENOENT || errno == EBADF);
}

static void watch_on(bool is_server)
{
    int only = mpg__net_only_fd();
    if (only >= 0)
        watch_only(only, is_server);
    if (atomic_exchange(&is_off, false))
        must(control(EPOLL_CTL_MOD, mpg__net_fd(), WATCHED));
}

static void watch_off(void)
{
    int only = mpg__net_only_fd();
    if (only >= 0) {
        (void)control(EPOLL_CTL_DEL, only, 0); /* It may not be in there. */
        return;
    }
    must(control(EPOLL_CTL_MOD, mpg__net_fd(), 0));
    /* Not before: who has just left the role may be about to turn it on, which
     * takes the word back and then turns it on.  If it did both in between,
     * the watch would be off and nobody know. */
    atomic_store(&is_off, true);
}

void mpg__wait_begins(void)
{
    uint64_t gap = mpg__now_ns() - atomic_load_explicit(&ended_ns, RELAXED);
    uint32_t count = atomic_load_explicit(&shorts, RELAXED);
    atomic_store_explicit(&shorts, gap < SHORT_NS ? count + 1 : 0, RELAXED);
    atomic_fetch_add_explicit(&waits, 1, RELAXED);
}

void mpg__wait_ends(void)
{
    atomic_store_explicit(&ended_ns, mpg__now_ns(), RELAXED);
}

/* Who has had the role, and has found the watch off, gives it back. */
static void leave(bool is_server)
{
    mpg__mutex_unlock(&role);
    /* Not just a load, which could overtake what gives the role back. */
    if (atomic_fetch_or(&lingers, 0))
        return;
    if (atomic_load_explicit(&shorts, RELAXED) < SHORTS || !may_linger) {
        watch_on(is_server);
        return;
    }
    atomic_store(&lingers, 1);
    if (!is_server)
        mpg__server_call();
}

bool mpg__role_try(void)
{
    if (!mpg__mutex_try(&role))
        return false;
    if (!atomic_load(&lingers))
        watch_off();
    return true;
}

void mpg__role_leave(void)
{
    leave(false);
}

/* Server thread. */

void mpg__server_call(void)
{
    mpg__bell_ring(call);
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
static void serve_connections(int fd)
{
    if (fd == mpg__net_fd())
        atomic_store(&is_off, true); /* It has fired. */
    if (!mpg__mutex_try(&role))
        return;
    while ((fd == mpg__net_fd() ? mpg__net_poll(0) : mpg__net_look()) > 0)
        ;
    leave(true);
}

static void answer(const struct epoll_event *event)
{
    if (event->data.fd == call) {
        mpg__bell_answer(call);
        mpg__threads_work();
    } else if (event->data.fd == kept) {
        mpg__keep_end();
    } else if (event->data.fd == alarm_at) {
        mpg__alarm_ring();
    } else if (event->data.fd == mpg__boot_fd()) {
        check_launcher(event->events);
    } else {
        serve_connections(event->data.fd);
    }
}

static void end_lingering(void)
{
    atomic_store_explicit(&shorts, 0, RELAXED);
    atomic_exchange(&lingers, 0);
    if (!mpg__mutex_try(&role))
        return;
    mpg__mutex_unlock(&role);
    watch_on(false);
}

/* Each look is a timer's interrupt, so they become rarer. */
static int linger(struct epoll_event *events, int room)
{
    long most = (long)mpg__config.linger_us * 1000;
    long ns = LINGER_MIN_NS < most ? LINGER_MIN_NS : most;
    while (atomic_load(&lingers)) {
        sigset_t mask;
        struct timespec pause = {.tv_nsec = ns};
        uint32_t before = atomic_load(&waits);
        mpg__ends_asleep(&mask);
        int count = epoll_pwait2(watch, events, room, &pause, &mask);
        if (count > 0)
            return count;
        if (count < 0 && errno == ENOSYS) /* Linux 5.11 has it. */
            may_linger = false;
        if (!may_linger || atomic_load(&waits) == before)
            end_lingering();
        ns = 2 * ns < most ? 2 * ns : most;
    }
    return 0;
}

static void *serve(void *unused)
{
    (void)unused;
    mpg__alone_inner();
    ask_for_short_slices();
    (void)prctl(PR_SET_TIMERSLACK, 1); /* Without it, it lingers for longer. */
    for (;;) {
        struct epoll_event events[4];
        int count = linger(events, 4);
        if (!count) {
            sigset_t mask;
            mpg__ends_asleep(&mask);
            count = epoll_pwait(watch, events, 4, -1, &mask);
        }
        for (int i = 0; i < count; i++)
            answer(&events[i]);
    }
    return NULL;
}

static void add_watch(int fd, uint32_t events)
{
    struct epoll_event event = {.events = events, .data.fd = fd};
    if (epoll_ctl(watch, EPOLL_CTL_ADD, fd, &event))
        mpg__fatal("epoll_ctl: %m");
}

void mpg__server_start(void)
{
    may_linger = mpg__config.linger_us > 0;
    watch = epoll_create1(EPOLL_CLOEXEC);
    call = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (watch < 0 || call < 0)
        mpg__fatal("cannot make an epoll or event descriptor: %m");
    kept = mpg__keep_start();
    alarm_at = mpg__alarm_start();
    add_watch(call, EPOLLIN);
    add_watch(kept, EPOLLIN);
    add_watch(alarm_at, EPOLLIN);
    add_watch(mpg__net_fd(), WATCHED);
    if (mpg__boot_fd() >= 0)
        add_watch(mpg__boot_fd(), EPOLLRDHUP);
    mpg__ends_start();
    struct mpg__outside before;
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

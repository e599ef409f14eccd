/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * The watch over the connections changes hands between the server thread and a
 * thread that waits, in the order that is the hardest: the one turns it on just
 * when the other turns it off.  Whoever comes last, a message that arrives when
 * nobody waits any more is served.
 */
#include <errno.h>
#include <sched.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/bell.h"
#include "base/config.h"
#include "boot/boot.h"
#include "check.h"
#include "engine/engine_internal.h"
#include "engine/signals.h"
#include "net/net.h"

#define PATIENCE_NS UINT64_C(10000000000)

enum { ROUNDS = 20 };

/* What the server thread does, as seen from here: it comes to where it turns
 * the watch on, is held up there until the other turns it off, and goes on. */
enum stage { FREE, IS_TO_STOP, STOPPED, GOES_ON, WATCHES };
static _Atomic enum stage stage;
static __thread bool is_waiter;

static int connections = -1; /* readable: a message has come */
static int timer = -1;       /* of alarm.c, as far as the server knows */
static atomic_int served, rung;

struct mpg__config mpg__config;

/* False when it has not become so for some time. */
static bool await(enum stage wanted)
{
    uint64_t start = mpg__now_ns();
    while (atomic_load(&stage) != wanted)
        if (mpg__now_ns() - start > PATIENCE_NS)
            return false;
        else
            sched_yield();
    return true;
}

int epoll_ctl(int epoll, int operation, int fd, struct epoll_event *event)
{
    if (is_waiter && !event->events && stage == STOPPED) {
        stage = GOES_ON;
        (void)await(WATCHES); /* or finds that there is nothing to turn on */
    }
    int result = (int)syscall(SYS_epoll_ctl, epoll, operation, fd, event);
    if (!is_waiter && stage == GOES_ON)
        stage = WATCHES;
    return result;
}

int mpg__net_only_fd(void)
{
    if (!is_waiter && stage == IS_TO_STOP) {
        stage = STOPPED;
        CHECK(await(GOES_ON));
    }
    return -1;
}

int mpg__net_fd(void)
{
    return connections;
}

int mpg__net_poll(int timeout_ms)
{
    uint64_t count;
    CHECK_EQ(timeout_ms, 0);
    if (read(connections, &count, sizeof count) < 0) {
        CHECK_EQ(errno, EAGAIN);
        return 0;
    }
    atomic_fetch_add(&served, 1);
    return 1;
}

int mpg__net_look(void)
{
    CHECK_FAIL("there is no only connection");
    return 0;
}

int mpg__boot_fd(void)
{
    return -1;
}

uint64_t mpg__now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

void mpg__enter(struct mpg__outside *before)
{
    (void)before;
}

void mpg__leave(const struct mpg__outside *before)
{
    (void)before;
}

void mpg__ends_start(void)
{
}

void mpg__ends_asleep(sigset_t *mask)
{
    sigfillset(mask);
}

void mpg__alone_inner(void)
{
}

void mpg__threads_work(void)
{
}

int mpg__keep_start(void)
{
    return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); /* It never rings. */
}

void mpg__keep_end(void)
{
}

int mpg__alarm_start(void)
{
    timer = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return timer;
}

void mpg__alarm_ring(void)
{
    mpg__bell_answer(timer);
    atomic_fetch_add(&rung, 1);
}

static void is_answered(int bell, atomic_int *answers)
{
    int before = atomic_load(answers);
    uint64_t start = mpg__now_ns();
    mpg__bell_ring(bell);
    while (atomic_load(answers) == before) {
        CHECK_LE(mpg__now_ns() - start, PATIENCE_NS);
        sched_yield();
    }
}

static void a_message_is_served(void)
{
    is_answered(connections, &served);
}

static void the_watch_changes_hands(void)
{
    stage = IS_TO_STOP;
    mpg__bell_ring(connections);
    CHECK(await(STOPPED)); /* It has given the role back. */
    CHECK(mpg__role_try());
    stage = FREE;
    mpg__role_leave();
    a_message_is_served();
}

int main(void)
{
    is_waiter = true;
    connections = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    CHECK_GE(connections, 0);
    mpg__server_start();
    a_message_is_served();
    is_answered(timer, &rung);
    for (int i = 0; i < ROUNDS; i++)
        the_watch_changes_hands();
    return check_report();
}

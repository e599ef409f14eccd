/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * How an OpenMP job ends.
 *
 * When main of host 0 returns, or exit is called there, its exit handlers run
 * and then TEAM_END goes down the tree.  A call of exit on another host runs
 * that host's handlers, hands on what it has printed and sends TEAM_EXIT to
 * host 0, which then exits with that status, as one process would.
 *
 * Each host has a clerk: a thread that does what a receiver of messages, which
 * may be a thread in a page fault, cannot do: print, exit, and leave the job
 * while other threads still compute.
 */
#include "leave.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/bell.h"
#include "base/fatal.h"
#include "dynamic.h"
#include "team.h"

#define CLERK_STACK_BYTES (256u << 10)

/* A bell: there is something for the clerk.  What it is has been noted before,
 * and the clerk looks once before it first waits: so who comes earlier than the
 * bell need not ring. */
static _Atomic int call = -1;
static int output = -1; /* what this host prints, hosts other than 0 */
static _Atomic bool is_over, must_exit;
static _Atomic int exit_status;
static bool is_started;

void mpg__leave_call(void)
{
    int bell = atomic_load(&call);
    if (bell >= 0)
        mpg__bell_ring(bell);
}

static void do_what_is_noted(void)
{
    if (atomic_load(&is_over) || atomic_load(&must_exit))
        mpg__alone_no_more();
    if (atomic_load(&is_over)) {
        mpg__output_stop();
        mpg__engine_finish();
        _exit(0);
    }
    mpg__output_print();
    if (atomic_load(&must_exit))
        exit(atomic_load(&exit_status));
}

static void *clerk(void *unused)
{
    (void)unused;
    mpg__alone_inner();
    struct pollfd ends[2] = {{.fd = call, .events = POLLIN},
                             {.fd = output, .events = POLLIN}};
    do_what_is_noted();
    for (;;) {
        if (poll(ends, 2, -1) < 0 && errno != EINTR)
            mpg__fatal("poll: %m");
        if (ends[0].revents) {
            mpg__bell_answer(call);
            do_what_is_noted();
        }
        if (ends[1].revents)
            mpg__output_drain();
    }
    return NULL;
}

/* exit was called on a host other than 0. */
static void exit_everywhere(int status, void *unused)
{
    struct mpg__message message = {.kind = MPG_MESSAGE_TEAM_EXIT,
                                   .slot = (uint32_t)status};
    struct mpg__outside before;
    (void)unused;
    mpg__output_flush();
    mpg__enter(&before);
    mpg__engine_lock();
    mpg__post(0, &message, NULL);
    mpg__engine_unlock();
    for (;;)
        pause(); /* The clerk ends this process, when host 0 says so. */
}

void mpg__leave_start(void)
{
    pthread_t thread;
    pthread_attr_t attributes;
    struct mpg__outside before;
    call = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (call < 0)
        mpg__fatal("cannot make an event descriptor: %m");
    if (mpg__engine.node.self) {
        output = mpg__output_start();
        if (on_exit(exit_everywhere, NULL))
            mpg__fatal("no memory for an exit handler");
    }
    mpg__enter(&before); /* The clerk takes no signals. */
    int error = pthread_attr_init(&attributes);
    if (!error)
        error = pthread_attr_setstacksize(&attributes, CLERK_STACK_BYTES);
    if (!error)
        error = pthread_create(&thread, &attributes, clerk, NULL);
    mpg__leave(&before);
    if (error)
        mpg__fatal("cannot start a thread: %s", strerror(error));
    pthread_detach(thread);
    is_started = true;
}

static void tell_children(void)
{
    unsigned self = mpg__engine.node.self;
    unsigned children = mpg__tree_children(self, mpg__engine.node.hosts);
    for (unsigned i = 0; i < children; i++) {
        struct mpg__message message = {.kind = MPG_MESSAGE_TEAM_END};
        mpg__post(mpg__tree_first_child(self) + i, &message, NULL);
    }
}

void mpg__leave_finish(void)
{
    struct mpg__outside before;
    if (!is_started)
        return; /* exit was called before main. */
    mpg__dynamic_explain();
    mpg__enter(&before);
    mpg__engine_lock();
    tell_children();
    mpg__engine_unlock();
    mpg__leave(&before);
}

const char *mpg__leave_deliver(const struct mpg__message *message,
                               const void *payload)
{
    unsigned self = mpg__engine.node.self;
    switch (message->kind) {
    case MPG_MESSAGE_TEAM_EXIT:
        if (self)
            return "this host is not host 0";
        atomic_store(&exit_status, (int)message->slot);
        atomic_store(&must_exit, true);
        break;
    case MPG_MESSAGE_TEAM_END:
        if (!self || message->from != mpg__tree_parent(self))
            return "it is not for that host to say";
        tell_children();
        atomic_store(&is_over, true);
        break;
    default:
        return mpg__output_deliver(message, payload);
    }
    mpg__leave_call();
    return NULL;
}

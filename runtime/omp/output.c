/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Standard output of a job is that of host 0.
 *
 * A program prints from its regions, and orders what it prints by barriers,
 * locks, ordered and tasks; the output must keep that order.  So the other
 * hosts' standard output is a pipe to themselves.  Before a thread releases
 * anybody it flushes stdio into the pipe, empties it, and sends what was there
 * to host 0, where the clerk prints it into host 0's own stdio; the thread
 * waits until that is done.  Host 0 needs nothing of the kind: its threads
 * print into the same buffer.  What fills the pipe in between is taken off by
 * the host's clerk.
 *
 * Standard error is not touched: it is unbuffered, and last words must not
 * depend on anybody else.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdio_ext.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/fatal.h"
#include "leave.h"
#include "millipage/boot.h"
#include "team.h"

/* Hosts other than 0. */
static int pipe_end = -1;
static mpg__mutex draining;          /* by threads with signals blocked */
static struct mpg__waiter *printing; /* under the engine's lock */

/* Host 0: one piece of each host at most, and the order in which they came.
 * Under the engine's lock. */
struct piece {
    uint32_t bytes;
    char text[MPG_MESSAGE_SMALL_MAX];
};
static struct piece pieces[MPG_BOOT_HOSTS_MAX];
static uint16_t line[MPG_BOOT_HOSTS_MAX];
static uint32_t line_first, line_count;

int mpg__output_start(void)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC))
        mpg__fatal("cannot make a pipe for the output: %m");
    fflush(stdout);
    if (dup2(ends[1], STDOUT_FILENO) < 0)
        mpg__fatal("cannot redirect the output: %m");
    close(ends[1]);
    fcntl(ends[0], F_SETFL, O_NONBLOCK);
    pipe_end = ends[0];
    return pipe_end;
}

void mpg__output_stop(void)
{
    signal(SIGPIPE, SIG_IGN);
    if (pipe_end >= 0)
        close(pipe_end);
    pipe_end = -1;
}

/* Sends a piece and waits until it is printed. */
static void send(const char *text, uint32_t bytes)
{
    struct mpg__waiter waiter = {.next = NULL};
    struct mpg__message message = {.kind = MPG_MESSAGE_TEAM_OUTPUT,
                                   .bytes = bytes};
    mpg__engine_lock();
    printing = &waiter;
    mpg__post(0, &message, text);
    mpg__engine_unlock();
    mpg__wait(&waiter);
}

void mpg__output_drain(void)
{
    char text[MPG_MESSAGE_SMALL_MAX];
    struct mpg__outside before;
    ssize_t got;
    mpg__enter(&before);
    mpg__mutex_lock(&draining);
    while ((got = read(pipe_end, text, sizeof text)) > 0)
        send(text, (uint32_t)got);
    mpg__mutex_unlock(&draining);
    mpg__leave(&before);
}

bool mpg__output_is_waiting(void)
{
    int waiting = 0;
    return pipe_end >= 0 && (__fpending(stdout) || atomic_load(&draining) ||
                             ioctl(pipe_end, FIONREAD, &waiting) || waiting);
}

void mpg__output_flush(void)
{
    if (pipe_end < 0)
        return;
    if (__fpending(stdout))
        fflush(stdout);
    if (mpg__output_is_waiting())
        mpg__output_drain();
}

void mpg__output_print(void)
{
    struct mpg__outside before;
    mpg__enter(&before);
    mpg__engine_lock();
    while (line_count) {
        unsigned host = line[line_first];
        struct mpg__message done = {.kind = MPG_MESSAGE_TEAM_PRINTED};
        line_first = (line_first + 1) % MPG_BOOT_HOSTS_MAX;
        line_count--;
        mpg__engine_unlock();
        fwrite(pieces[host].text, 1, pieces[host].bytes, stdout);
        mpg__engine_lock();
        pieces[host].bytes = 0;
        mpg__post(host, &done, NULL);
    }
    mpg__engine_unlock();
    mpg__leave(&before);
}

static const char *take(const struct mpg__message *message, const void *text)
{
    struct piece *piece = &pieces[message->from];
    if (mpg__engine.node.self || !message->bytes || piece->bytes)
        return "it has nothing to print here";
    piece->bytes = message->bytes;
    memcpy(piece->text, text, message->bytes);
    line[(line_first + line_count++) % MPG_BOOT_HOSTS_MAX] = message->from;
    mpg__leave_call();
    return NULL;
}

const char *mpg__output_deliver(const struct mpg__message *message,
                                const void *payload)
{
    if (message->kind == MPG_MESSAGE_TEAM_OUTPUT)
        return take(message, payload);
    if (!printing)
        return "nothing was to be printed";
    mpg__waiter_wake(printing);
    printing = NULL;
    return NULL;
}

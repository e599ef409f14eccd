/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * A host that is told of the end of the job ends: also when it is told before
 * it has made what tells its clerk.
 */
#define CHECK_END() _exit(1) /* exit has a handler of the library's */
#include <errno.h>
#include <semaphore.h>
#include <sys/eventfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/fatal.h"
#include "check.h"
#include "engine/engine.h"
#include "omp/dynamic.h"
#include "omp/leave.h"
#include "omp/team.h"

enum { PATIENCE_S = 10 };

struct mpg__engine mpg__engine = {.node = {.self = 1, .hosts = 8}};
static unsigned told; /* children in the tree of hosts */
static sem_t finished;

void mpg__dynamic_explain(void)
{
}

void mpg__engine_finish(void)
{
    sem_post(&finished);
    for (;;)
        pause(); /* Behind this the process would end. */
}

void mpg__post(unsigned host, struct mpg__message *message, const void *payload)
{
    CHECK(message->kind == MPG_MESSAGE_TEAM_END && !payload);
    CHECK(host > 4 && host < 8);
    told++;
}

int mpg__output_start(void)
{
    return eventfd(0, EFD_CLOEXEC); /* Nothing is printed. */
}

void mpg__output_drain(void)
{
    CHECK_FAIL("nothing was printed");
}

const char *mpg__output_deliver(const struct mpg__message *message,
                                const void *payload)
{
    (void)message, (void)payload;
    return "not about output";
}

void mpg__output_print(void)
{
}

void mpg__output_flush(void)
{
}

void mpg__output_stop(void)
{
}

void mpg__alone_inner(void)
{
}

void mpg__alone_no_more(void)
{
}

void mpg__engine_lock(void)
{
}

void mpg__engine_unlock(void)
{
}

void mpg__enter(struct mpg__outside *before)
{
    (void)before;
}

void mpg__leave(const struct mpg__outside *before)
{
    (void)before;
}

void mpg__fatal(const char *format, ...)
{
    CHECK_FAIL("%s", format);
}

static void is_told(void)
{
    struct mpg__message end = {.kind = MPG_MESSAGE_TEAM_END, .from = 0};
    CHECK(!mpg__leave_deliver(&end, NULL));
    CHECK_EQ(told, 3);
}

static void ends(void)
{
    struct timespec limit;
    clock_gettime(CLOCK_REALTIME, &limit);
    limit.tv_sec += PATIENCE_S;
    while (sem_timedwait(&finished, &limit))
        if (errno != EINTR)
            CHECK_FAIL("it was told, and did not end");
}

static void told_early(void)
{
    is_told();
    mpg__leave_start();
    ends();
}

static void told_late(void)
{
    mpg__leave_start();
    is_told();
    ends();
}

/* In a process of its own, which the library is to end. */
static void in_a_host(void (*play)(void))
{
    int status;
    pid_t host = fork();
    CHECK(host >= 0);
    if (!host) {
        play();
        _exit(0);
    }
    CHECK_EQ(waitpid(host, &status, 0), host);
    CHECK_EQ(status, 0);
}

int main(void)
{
    sem_init(&finished, 0, 0);
    in_a_host(told_late);
    in_a_host(told_early);
    return check_report();
}

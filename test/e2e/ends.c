/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * The program's handlers of signals that would otherwise end it run in the
 * program's threads: never in the server thread, which lets such signals in as
 * long as there is no handler.
 */
#define _GNU_SOURCE
#include <signal.h>
#include <unistd.h>

#include "spmd.h"

enum { ROUNDS = 50 };

static const int ends[] = {SIGTERM, SIGINT, SIGHUP};
static volatile int ran_in, runs;

static void note(int signal)
{
    (void)signal;
    ran_in = gettid();
    runs++;
}

/* Long enough for the server thread to take it if it could. */
static void give_it_time(void)
{
    for (int i = 0; i < 200; i++) {
        mpg_barrier();
        sched_yield();
    }
}

int main(void)
{
    struct sigaction ours = {.sa_handler = note};
    for (int round = 0; round < ROUNDS; round++) {
        int number = ends[round % 3];
        sigset_t only;
        sigemptyset(&only);
        sigaddset(&only, number);
        CHECK_EQ(sigaction(number, &ours, NULL), 0);
        CHECK_EQ(pthread_sigmask(SIG_BLOCK, &only, NULL), 0);
        CHECK_EQ(kill(getpid(), number), 0);
        give_it_time();
        CHECK_EQ(runs, round);
        CHECK_EQ(pthread_sigmask(SIG_UNBLOCK, &only, NULL), 0);
        CHECK_EQ(runs, round + 1);
        CHECK_EQ(ran_in, getpid());
        CHECK(signal(number, SIG_DFL) == note);
    }
    return spmd_report();
}

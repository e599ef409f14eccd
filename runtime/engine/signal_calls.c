/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * What the program does about signals: its calls, and the signals that are to
 * end it.
 *
 * The calls are interposed under all names that the C library has for them, for
 * three reasons.  Our own handlers stay in front of the program's (signals.c);
 * before the program has its first handler, threads in ours have to know; and
 * the server thread may not be the one in which it runs.
 */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "engine_internal.h"
#include "signals.h"

static bool is_default(const struct sigaction *action)
{
    return !(action->sa_flags & SA_SIGINFO) && action->sa_handler == SIG_DFL;
}

bool mpg__is_handler(const struct sigaction *action)
{
    return (action->sa_flags & SA_SIGINFO) ||
           (action->sa_handler != SIG_DFL && action->sa_handler != SIG_IGN);
}

/* Signals that are to end the program.  A handler for one is the program's
 * own, and runs when a thread of the program can run it; without one nothing
 * is lost if the server thread, which otherwise takes no signals, is the one
 * that dies of it.  So a job's end need not wait for SIGKILL: the server thread
 * lets such signals in while it sleeps.
 *
 * (It does not watch a signalfd: whatever signal a process is sent wakes those
 * who watch one, and each fault is a signal.)
 *
 * A handler that the program gives itself must not run in the server thread,
 * so `sigaction` waits until that thread sleeps without letting it in.  Each
 * side says what it does and then looks at what the other says. */

static const int ends[] = {SIGTERM, SIGINT, SIGHUP};
#define ENDS_COUNT (sizeof ends / sizeof *ends)

static _Atomic unsigned handled;  /* by the program: bit i for ends[i] */
static _Atomic unsigned kept_out; /* by the server thread when it sleeps */
static pid_t guarded;             /* the process with that thread */

static unsigned bit_of(int signal)
{
    for (unsigned i = 0; i < ENDS_COUNT; i++)
        if (ends[i] == signal)
            return 1u << i;
    return 0;
}

static bool is_by_default(int signal)
{
    struct sigaction action;
    return !mpg__real_sigaction()(signal, NULL, &action) && is_default(&action);
}

void mpg__ends_start(void)
{
    for (unsigned i = 0; i < ENDS_COUNT; i++)
        if (!is_by_default(ends[i]))
            atomic_fetch_or(&handled, 1u << i);
    guarded = getpid();
}

void mpg__ends_asleep(sigset_t *mask)
{
    unsigned out;
    do {
        out = atomic_load(&handled);
        atomic_store(&kept_out, out);
    } while (out != atomic_load(&handled));
    sigfillset(mask);
    for (unsigned i = 0; i < ENDS_COUNT; i++)
        if (!(out & 1u << i))
            sigdelset(mask, ends[i]);
}

static void keep_out(unsigned bit)
{
    if (!bit || getpid() != guarded) /* In a child there is no such thread. */
        return;
    atomic_fetch_or(&handled, bit);
    while (!(atomic_load(&kept_out) & bit)) {
        mpg__server_call();
        usleep(100);
    }
}

static void let_in(unsigned bit)
{
    if (!bit || getpid() != guarded || !(atomic_load(&handled) & bit))
        return;
    atomic_fetch_and(&handled, ~bit);
    mpg__server_call();
}

void mpg__ends_take(void)
{
    sigset_t pending, taken;
    sigemptyset(&taken);
    sigpending(&pending);
    for (unsigned i = 0; i < ENDS_COUNT; i++)
        if (sigismember(&pending, ends[i]) == 1 && is_by_default(ends[i]))
            sigaddset(&taken, ends[i]);
    /* If there is one, this is the end. */
    pthread_sigmask(SIG_UNBLOCK, &taken, NULL);
}

/* The calls. */

#define EXPORTED __attribute__((visibility("default")))

EXPORTED int sigaction(int signal, const struct sigaction *restrict action,
                       struct sigaction *restrict before)
{
    if (action && mpg__is_handler(action))
        mpg__handlers_begin();
    if (mpg__program_action(signal, action, before))
        return 0;
    if (action && !is_default(action))
        keep_out(bit_of(signal));
    int result = mpg__real_sigaction()(signal, action, before);
    if (action && is_default(action) && !result)
        let_in(bit_of(signal));
    return result;
}

static sighandler_t exchange(int number, sighandler_t handler, int flags)
{
    struct sigaction action, before;
    memset(&action, 0, sizeof action);
    action.sa_handler = handler;
    action.sa_flags = flags;
    if (sigaction(number, &action, &before))
        return SIG_ERR;
    return before.sa_handler; /* Of either kind: they share a union. */
}

EXPORTED sighandler_t signal(int number, sighandler_t handler)
{
    return exchange(number, handler, SA_RESTART);
}

/* <signal.h> no longer has it. */
EXPORTED sighandler_t bsd_signal(int number, sighandler_t handler);

sighandler_t bsd_signal(int number, sighandler_t handler)
{
    return signal(number, handler);
}

EXPORTED sighandler_t ssignal(int number, sighandler_t handler)
{
    return signal(number, handler);
}

/* What `signal` means in a program in strict ISO C. */
EXPORTED sighandler_t __sysv_signal(int number, sighandler_t handler)
{
    return exchange(number, handler, (int)SA_RESETHAND | SA_NODEFER);
}

EXPORTED sighandler_t sysv_signal(int number, sighandler_t handler)
{
    return __sysv_signal(number, handler);
}

/* Of X/Open: what it answers says whether the signal was blocked, too. */
EXPORTED sighandler_t sigset(int number, sighandler_t handler)
{
    bool is_to_block = handler == SIG_HOLD;
    struct sigaction now;
    sigset_t only, blocked;
    sigemptyset(&only);
    if (sigaddset(&only, number) || sigaction(number, NULL, &now) ||
        (!is_to_block && exchange(number, handler, 0) == SIG_ERR) ||
        pthread_sigmask(is_to_block ? SIG_BLOCK : SIG_UNBLOCK, &only, &blocked))
        return SIG_ERR;
    return sigismember(&blocked, number) ? SIG_HOLD : now.sa_handler;
}

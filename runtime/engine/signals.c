/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Sharing SIGSEGV, SIGBUS and SIGTRAP with the program.
 *
 * Our handlers come first, because only they can tell an access to shared
 * memory from a mistake.  What is not ours goes to the handler that the
 * program has, or would have had: installed before we came (saved at start) or
 * after (sigaction and signal are interposed and only note it).  With none,
 * the default action is restored and the handler returns, so that the
 * instruction faults again and the process dies at the right place, with the
 * right core.
 */
#include <dlfcn.h>
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "base/fatal.h"
#include "engine_internal.h"
#include "signals.h"

typedef int sigaction_fn(int, const struct sigaction *, struct sigaction *);
static sigaction_fn *real_sigaction;

static const int ours[] = {SIGSEGV, SIGBUS, SIGTRAP};
#define OURS_COUNT (sizeof ours / sizeof *ours)
static struct sigaction programs[OURS_COUNT];
static bool is_installed;

static int index_of(int signal)
{
    for (unsigned i = 0; i < OURS_COUNT; i++)
        if (ours[i] == signal)
            return (int)i;
    return -1;
}

static sigaction_fn *the_real_sigaction(void)
{
    if (!real_sigaction)
        real_sigaction = (sigaction_fn *)dlsym(RTLD_NEXT, "sigaction");
    return real_sigaction;
}

static void die_by_default(int signal, const siginfo_t *info)
{
    struct sigaction standard;
    memset(&standard, 0, sizeof standard);
    standard.sa_handler = SIG_DFL;
    the_real_sigaction()(signal, &standard, NULL);
    /* A fault comes again by itself when we return; a signal that somebody
     * sent does not. */
    if (info->si_code <= 0 || signal == SIGTRAP)
        raise(signal);
}

static void pass_on(int signal, siginfo_t *info, void *context)
{
    mpg__fault_abandon();
    struct sigaction *action = &programs[index_of(signal)];
    if (!(action->sa_flags & SA_SIGINFO) && action->sa_handler == SIG_IGN &&
        info->si_code <= 0)
        return;
    if (!(action->sa_flags & SA_SIGINFO) &&
        (action->sa_handler == SIG_DFL || action->sa_handler == SIG_IGN)) {
        if (mpg__services.crash && info->si_code > 0 && signal != SIGTRAP)
            mpg__services.crash(info->si_addr, context);
        die_by_default(signal, info);
        return;
    }
    struct sigaction handler = *action;
    if (handler.sa_flags & SA_RESETHAND)
        action->sa_handler = SIG_DFL, action->sa_flags &= ~SA_SIGINFO;
    /* We run with everything blocked; the program's handler is to run with
     * what was blocked where the signal came, what it asked for, and the
     * signal itself. */
    sigset_t mask = ((ucontext_t *)context)->uc_sigmask;
    for (int each = 1; each < NSIG; each++)
        if (sigismember(&handler.sa_mask, each) == 1)
            sigaddset(&mask, each);
    if (!(handler.sa_flags & SA_NODEFER))
        sigaddset(&mask, signal);
    pthread_sigmask(SIG_SETMASK, &mask, NULL);
    if (handler.sa_flags & SA_SIGINFO)
        handler.sa_sigaction(signal, info, context);
    else
        handler.sa_handler(signal);
}

/* The trap behind an instruction that ran under the trap flag.  Virtual
 * machines lose the bit that says so once in some 100,000 traps (DR6.BS); Linux
 * takes that for the instruction icebp then, whose code nothing else has: int3
 * comes with SI_KERNEL. */
static bool is_trace(const siginfo_t *info, const void *context)
{
    const greg_t *registers = ((const ucontext_t *)context)->uc_mcontext.gregs;
    return info->si_code == TRAP_TRACE ||
           (info->si_code == TRAP_BRKPT &&
            (registers[REG_EFL] & MPG_TRAP_FLAG));
}

static void on_signal(int signal, siginfo_t *info, void *context)
{
    int saved = errno;
    bool is_ours = false;
    if (signal == SIGTRAP)
        is_ours = is_trace(info, context) && mpg__fault_trap(context);
    else if (info->si_code > 0 && mpg__vm.backend &&
             (mpg__vm_is_shared(info->si_addr) ||
              mpg__vm_is_composed(info->si_addr))) {
        mpg__refuse_child(); /* Its views are gone: any signal may come. */
        if (signal == mpg__vm.backend->signal)
            is_ours = mpg__fault(info->si_addr, mpg__vm_fault_is_write(context),
                                 context);
    }
    if (!is_ours)
        pass_on(signal, info, context);
    errno = saved;
}

void mpg__fault_start(void)
{
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_sigaction = on_signal;
    action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESTART;
    sigfillset(&action.sa_mask);
    for (unsigned i = 0; i < OURS_COUNT; i++)
        if (the_real_sigaction()(ours[i], &action, &programs[i]))
            mpg__fatal("cannot install a handler for signal %d: %m", ours[i]);
    is_installed = true;
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

static bool is_default(const struct sigaction *action)
{
    return !(action->sa_flags & SA_SIGINFO) && action->sa_handler == SIG_DFL;
}

static bool is_by_default(int signal)
{
    struct sigaction action;
    return !the_real_sigaction()(signal, NULL, &action) && is_default(&action);
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

/* The program's own calls. */

#define EXPORTED __attribute__((visibility("default")))

EXPORTED int sigaction(int signal, const struct sigaction *restrict action,
                       struct sigaction *restrict before)
{
    int index = index_of(signal);
    if (index < 0 || !is_installed) {
        if (action && !is_default(action))
            keep_out(bit_of(signal));
        int result = the_real_sigaction()(signal, action, before);
        if (action && is_default(action) && !result)
            let_in(bit_of(signal));
        return result;
    }
    struct sigaction old = programs[index];
    if (action)
        programs[index] = *action;
    if (before)
        *before = old;
    return 0;
}

EXPORTED sighandler_t signal(int number, sighandler_t handler)
{
    struct sigaction action, before;
    memset(&action, 0, sizeof action);
    action.sa_handler = handler;
    action.sa_flags = SA_RESTART;
    if (sigaction(number, &action, &before))
        return SIG_ERR;
    return before.sa_handler; /* Of either kind: they share a union. */
}

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
 *
 * What a handler of the program's would find if it ran in the middle of ours:
 * the engine's lock held by its own thread.  So signals are blocked meanwhile,
 * by the kernel, which blocks them as it calls us and lets them in again as we
 * return to it.  Most programs have no handlers, though, and then nothing can
 * run in the middle: the program is *quiet*.  Signals need not be blocked, and
 * who is ready need not return through the kernel (resume.c).
 *
 * A program is quiet until it gives itself its first handler, of any signal.
 * From then on the kernel blocks signals for us; but a thread may be in here
 * already, called when it did not.  So threads are counted as they come, and
 * the program's call waits until they have gone: a fault depends on other hosts
 * only, so it does not wait for long, nor for its own thread.  Who comes later,
 * but was still called in the old way, sees that it has to block them itself.
 *
 * A thread may be cancelled, too, by another one, and would end at the first
 * call of ours that may wait: with the role of receiver, so that this host
 * answers nobody any more.  An access to memory is no place to be cancelled at,
 * so the thread is not, until it is outside again.
 */
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "base/fatal.h"
#include "engine_internal.h"
#include "signals.h"

static const int ours[] = {SIGSEGV, SIGBUS, SIGTRAP};
#define OURS_COUNT (sizeof ours / sizeof *ours)
static struct sigaction programs[OURS_COUNT];
static bool is_installed;

/* Of the kernel's, of which the C library gives no number. */
#define SIGNALS (_NSIG - 1)

static _Atomic bool has_handlers; /* the program, or it is about to */
static _Atomic unsigned inside;   /* threads in on_quiet_signal */
static __thread unsigned inside_here __attribute__((tls_model("initial-exec")));
static pid_t process; /* whose handlers these are */

static int index_of(int signal)
{
    for (unsigned i = 0; i < OURS_COUNT; i++)
        if (ours[i] == signal)
            return (int)i;
    return -1;
}

mpg__sigaction_fn *mpg__real_sigaction(void)
{
    static mpg__sigaction_fn *real;
    if (!real)
        real = (mpg__sigaction_fn *)dlsym(RTLD_NEXT, "sigaction");
    return real;
}

static void die_by_default(int signal, const siginfo_t *info)
{
    struct sigaction standard;
    memset(&standard, 0, sizeof standard);
    standard.sa_handler = SIG_DFL;
    mpg__real_sigaction()(signal, &standard, NULL);
    /* A fault comes again by itself when we return; a signal that somebody
     * sent does not. */
    if (info->si_code <= 0 || signal == SIGTRAP)
        raise(signal);
}

static void pass_on(int signal, siginfo_t *info, void *context)
{
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
    /* Everything is blocked if it has one; the program's handler is to run with
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

/* Whether it was an access to shared memory, and has been seen to. */
static bool is_seen_to(int signal, const siginfo_t *info, void *context)
{
    if (signal == SIGTRAP)
        return is_trace(info, context) && mpg__fault_trap(context);
    if (info->si_code <= 0 || !mpg__vm.backend ||
        !(mpg__vm_is_shared(info->si_addr) ||
          mpg__vm_is_composed(info->si_addr)))
        return false;
    mpg__refuse_child(); /* Its views are gone: any signal may come. */
    return signal == mpg__vm.backend->signal &&
           mpg__fault(info->si_addr, mpg__vm_fault_is_write(context), context);
}

/* Else it is the program's, and what the thread still has of us is let go. */
static bool see_to(int signal, const siginfo_t *info, void *context)
{
    int cancel_state;
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &cancel_state);
    bool is_done = is_seen_to(signal, info, context);
    if (!is_done)
        mpg__fault_abandon();
    pthread_setcancelstate(cancel_state, NULL);
    return is_done;
}

static void on_signal(int signal, siginfo_t *info, void *context)
{
    int saved = errno;
    if (!see_to(signal, info, context))
        pass_on(signal, info, context);
    errno = saved;
}

static void block_all(void)
{
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, NULL);
}

/* A fault in here would be our own mistake, and nobody could see to it: not
 * ours again, which would wait for its own lock. */
static void on_quiet_signal(int signal, siginfo_t *info, void *context)
{
    int saved = errno;
    bool is_nested = inside_here++;
    atomic_fetch_add(&inside, 1);
    bool is_quiet = !atomic_load(&has_handlers);
    if (!is_quiet)
        block_all();
    bool is_done = !is_nested && see_to(signal, info, context);
    inside_here--;
    atomic_fetch_sub(&inside, 1);
    if (!is_done)
        pass_on(signal, info, context);
    errno = saved;
    if (is_done && is_quiet)
        mpg__resume(context);
}

static void install(bool is_quiet, struct sigaction *before)
{
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_sigaction = is_quiet ? on_quiet_signal : on_signal;
    action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESTART;
    if (is_quiet)
        action.sa_flags |= SA_NODEFER;
    else
        sigfillset(&action.sa_mask);
    for (unsigned i = 0; i < OURS_COUNT; i++)
        if (mpg__real_sigaction()(ours[i], &action, before ? &before[i] : NULL))
            mpg__fatal("cannot install a handler for signal %d: %m", ours[i]);
}

/* What the program, or a library of it, installed before we came. */
static bool is_any_handled(void)
{
    for (int signal = 1; signal <= SIGNALS; signal++) {
        struct sigaction action;
        if (!mpg__real_sigaction()(signal, NULL, &action) &&
            mpg__is_handler(&action))
            return true;
    }
    return false;
}

void mpg__fault_start(void)
{
    mpg__resume_start();
    has_handlers = is_any_handled();
    process = getpid();
    install(!has_handlers, programs);
    is_installed = true;
}

/* Not in a child of fork or vfork, which has handlers of its own and no views;
 * of vfork, it would tell its parent of them. */
void mpg__handlers_begin(void)
{
    if (!is_installed || getpid() != process)
        return;
    if (!atomic_exchange(&has_handlers, true))
        install(false, NULL);
    while (atomic_load(&inside) != inside_here)
        sched_yield();
}

bool mpg__program_action(int signal, const struct sigaction *action,
                         struct sigaction *before)
{
    int index = index_of(signal);
    if (index < 0 || !is_installed)
        return false;
    struct sigaction old = programs[index];
    if (action)
        programs[index] = *action;
    if (before)
        *before = old;
    return true;
}

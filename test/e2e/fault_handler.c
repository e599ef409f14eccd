/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * A program's own SIGSEGV handler hears of its own faults, with the address,
 * whether it was installed before the library started or after, and under
 * whatever name of the call; and shared memory works under it.
 */
#include <setjmp.h>
#include <signal.h>
#include <sys/mman.h>

#include "spmd.h"

static sigjmp_buf again;
static void *volatile faulted;
static volatile int heard;

static void on_fault(int number, siginfo_t *info, void *context)
{
    (void)context;
    CHECK_EQ(number, SIGSEGV);
    faulted = info->si_addr;
    heard++;
    siglongjmp(again, 1);
}

static void install(void)
{
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_sigaction = on_fault;
    action.sa_flags = SA_SIGINFO;
    CHECK_EQ(sigaction(SIGSEGV, &action, NULL), 0);
}

static void on_fault_alone(int number)
{
    CHECK_EQ(number, SIGSEGV);
    heard++;
    siglongjmp(again, 1);
}

/* Also what `signal` is in strict ISO C, and what <signal.h> does not have. */
typedef void handler_fn(int);
handler_fn *bsd_signal(int, handler_fn *);
handler_fn *__sysv_signal(int, handler_fn *);
handler_fn *sysv_signal(int, handler_fn *);
handler_fn *ssignal(int, handler_fn *);
handler_fn *x_open(int, handler_fn *) __asm__("sigset"); /* deprecated */
#ifndef SIG_HOLD
#define SIG_HOLD ((handler_fn *)2)
#endif
static handler_fn *(*const names[])(int, handler_fn *) = {
    signal, bsd_signal, __sysv_signal, sysv_signal, ssignal, x_open};
enum { NAMES = sizeof names / sizeof *names };

/* Before the library has started its handlers, or as near as a program can
 * come to that. */
__attribute__((constructor(101))) static void early(void)
{
    install();
}

static void expect_heard(char *address)
{
    int before = heard;
    faulted = NULL;
    if (!sigsetjmp(again, 1)) {
        *(volatile char *)address = 1;
        CHECK_FAIL("the access to %p was let through", (void *)address);
    }
    CHECK_EQ(heard, before + 1);
    CHECK(faulted == address);
}

static void expect_heard_under(int name, char *address)
{
    int before = heard;
    CHECK(names[name](SIGSEGV, on_fault_alone) != SIG_ERR);
    if (!sigsetjmp(again, 1)) {
        *(volatile char *)address = 1;
        CHECK_FAIL("the access to %p was let through", (void *)address);
    }
    CHECK_EQ(heard, before + 1);
    struct sigaction now;
    CHECK_EQ(sigaction(SIGSEGV, NULL, &now), 0);
    /* The old System V forgets a handler when it runs. */
    int is_forgetful =
        names[name] == __sysv_signal || names[name] == sysv_signal;
    CHECK(now.sa_handler == (is_forgetful ? SIG_DFL : on_fault_alone));
}

/* Of X/Open, which can hold a signal back as well. */
static void check_x_open(void)
{
    CHECK(x_open(SIGUSR2, SIG_IGN) == SIG_DFL);
    CHECK(x_open(SIGUSR2, SIG_HOLD) == SIG_IGN);
    CHECK(x_open(SIGUSR2, SIG_DFL) == SIG_HOLD);
    CHECK(x_open(SIGUSR2, SIG_DFL) == SIG_DFL);
    CHECK(x_open(1000, SIG_DFL) == SIG_ERR);
    CHECK(x_open(SIGKILL, SIG_IGN) == SIG_ERR);
}

int main(void)
{
    volatile long *shared = spmd_malloc(sizeof *shared);
    char *closed =
        mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(closed != MAP_FAILED);
    for (int round = 0; round < 4; round++) {
        if (round == 2)
            install();
        expect_heard(closed + 123);
        if (mpg_host() == round % mpg_hosts())
            ++*shared;
        mpg_barrier();
        CHECK_EQ(*shared, round + 1);
        mpg_barrier();
    }
    CHECK_EQ(heard, 4);
    struct sigaction now;
    CHECK_EQ(sigaction(SIGSEGV, NULL, &now), 0);
    CHECK(now.sa_sigaction == on_fault);
    for (int name = 0; name < NAMES; name++) {
        expect_heard_under(name, closed + name);
        if (mpg_host() == name % mpg_hosts())
            ++*shared;
        mpg_barrier();
        CHECK_EQ(*shared, 5 + name);
        mpg_barrier();
    }
    check_x_open();
    return spmd_report();
}

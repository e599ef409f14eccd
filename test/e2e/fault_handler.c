/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * A program's own SIGSEGV handler hears of its own faults, with the address,
 * whether it was installed before the library started or after; and shared
 * memory works under it.
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
    return spmd_report();
}

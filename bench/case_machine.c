/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * What the machine itself asks for the steps that a fault is made of, in calls
 * that do nothing.  Host 0 alone, on a memory object and with a userfaultfd of
 * its own, as runtime/vm has them.  Host 1 computes meanwhile: in a fault the
 * other host is not idle either, and under some hypervisors a change of
 * protection has to interrupt every processor that is not.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bench.h"
#include "millipage.h"

#ifndef UFFD_USER_MODE_ONLY
#define UFFD_USER_MODE_ONLY 1
#endif

enum { PAGES = 64, ROUNDS = 30, CALLS = 20 };

static char *pages;
static char *behind; /* the same once more, that anybody may touch */
static int uffd = -1;

static _Noreturn void give_up(const char *what)
{
    perror(what);
    exit(1);
}

/* The steps, on pages in a row. */

static void zap(char *start, int count)
{
    if (madvise(start, (size_t)count * BENCH_PAGE, MADV_DONTNEED))
        give_up("mpgbench: madvise");
}

static void make_entries(char *start, int count)
{
    struct uffdio_continue request = {
        .range = {(uintptr_t)start, (uint64_t)count * BENCH_PAGE}};
    if (ioctl(uffd, UFFDIO_CONTINUE, &request))
        give_up("mpgbench: UFFDIO_CONTINUE");
}

static void set_protection(char *start, int count, uint64_t mode)
{
    struct uffdio_writeprotect request = {
        .range = {(uintptr_t)start, (uint64_t)count * BENCH_PAGE},
        .mode = mode};
    if (ioctl(uffd, UFFDIO_WRITEPROTECT, &request))
        give_up("mpgbench: UFFDIO_WRITEPROTECT");
}

static void protect(char *start, int count)
{
    set_protection(start, count, UFFDIO_WRITEPROTECT_MODE_WP);
}

static void unprotect(char *start, int count)
{
    set_protection(start, count, 0);
}

static void touch(char *start, int count)
{
    for (int i = 0; i < count; i++)
        ((volatile char *)start)[i * BENCH_PAGE] = 1;
}

static void forbid(char *start, int count)
{
    if (mprotect(start, (size_t)count * BENCH_PAGE, PROT_READ))
        give_up("mpgbench: mprotect");
}

/* The states that they begin in, for all pages. */

static void to_absent(void)
{
    zap(pages, PAGES);
}

static void to_entered(void)
{
    zap(pages, PAGES);
    make_entries(pages, PAGES);
}

static void to_written(void)
{
    if (mprotect(pages, PAGES * BENCH_PAGE, PROT_READ | PROT_WRITE))
        give_up("mpgbench: mprotect");
    to_entered();
    touch(pages, PAGES);
}

static void to_protected(void)
{
    to_written();
    protect(pages, PAGES);
}

static void to_unprotected(void)
{
    to_protected();
    unprotect(pages, PAGES);
}

static void to_hole(void)
{
    if (madvise(pages, PAGES * BENCH_PAGE, MADV_REMOVE))
        give_up("mpgbench: MADV_REMOVE");
}

static const struct step {
    void (*prepare)(void);
    void (*act)(char *, int);
} steps[] = {
    {to_absent, make_entries}, {to_entered, touch},     {to_written, protect},
    {to_protected, unprotect}, {to_unprotected, touch}, {to_written, zap},
    {to_written, forbid},      {to_absent, touch},      {to_protected, touch},
};
enum step_name {
    MAKE_ENTRY,
    TOUCH_ENTRY,
    PROTECT,
    UNPROTECT,
    TOUCH_UNPROTECTED,
    ZAP,
    FORBID,
    FAULT_ABSENT, /* from here on our handler has something to do */
    FAULT_PROTECTED,
};

/* What a refused access costs with its signal, and with the answer. */
static void on_fault(int signal, siginfo_t *info, void *context)
{
    char *page = (char *)((uintptr_t)info->si_addr & ~(BENCH_PAGE - 1ul));
    const greg_t *registers = ((ucontext_t *)context)->uc_mcontext.gregs;
    (void)signal;
    if (registers[REG_ERR] & 1)
        unprotect(page, 1);
    else
        make_entries(page, 1);
}

/* The C library's, because Millipage interposes it to keep its own handler in
 * front.  Nothing shared may be touched between the two calls. */
static void exchange_handlers(const struct sigaction *ours,
                              struct sigaction *old)
{
    static int (*change)(int, const struct sigaction *, struct sigaction *);
    if (!change) {
        void *library = dlopen("libc.so.6", RTLD_NOW | RTLD_NOLOAD);
        void *found = library ? dlsym(library, "sigaction") : NULL;
        if (!found)
            give_up("mpgbench: sigaction");
        change = (int (*)(int, const struct sigaction *, struct sigaction *))(
            uintptr_t)found;
    }
    if (change(SIGBUS, ours, old))
        give_up("mpgbench: sigaction");
}

static bool open_object(void)
{
    struct uffdio_api api = {
        .api = UFFD_API,
        .features = UFFD_FEATURE_MINOR_SHMEM | UFFD_FEATURE_PAGEFAULT_FLAG_WP |
                    UFFD_FEATURE_WP_HUGETLBFS_SHMEM | UFFD_FEATURE_SIGBUS};
    int object = memfd_create("mpgbench", MFD_CLOEXEC);
    if (object < 0 || ftruncate(object, PAGES * BENCH_PAGE))
        give_up("mpgbench: memfd");
    pages = mmap(NULL, PAGES * BENCH_PAGE, PROT_READ | PROT_WRITE, MAP_SHARED,
                 object, 0);
    behind = mmap(NULL, PAGES * BENCH_PAGE, PROT_READ | PROT_WRITE, MAP_SHARED,
                  object, 0);
    if (pages == MAP_FAILED || behind == MAP_FAILED)
        give_up("mpgbench: mmap");
    close(object);
    touch(pages, PAGES);
    uffd = (int)syscall(SYS_userfaultfd,
                        O_CLOEXEC | O_NONBLOCK | UFFD_USER_MODE_ONLY);
    struct uffdio_register request = {
        .range = {(uintptr_t)pages, PAGES * BENCH_PAGE},
        .mode = UFFDIO_REGISTER_MODE_MINOR | UFFDIO_REGISTER_MODE_WP};
    return uffd >= 0 && !ioctl(uffd, UFFDIO_API, &api) &&
           !ioctl(uffd, UFFDIO_REGISTER, &request);
}

static void close_object(void)
{
    if (uffd >= 0)
        close(uffd);
    munmap(pages, PAGES * BENCH_PAGE);
    munmap(behind, PAGES * BENCH_PAGE);
}

static void system_calls(struct samples *samples)
{
    for (int i = 0; i < PAGES; i++) {
        double start = now_us();
        for (int k = 0; k < CALLS; k++)
            syscall(SYS_getppid);
        samples_add(samples, (now_us() - start) / CALLS);
    }
}

static void time_step(const struct step *step, int together,
                      struct samples *samples)
{
    struct sigaction handler = {.sa_sigaction = on_fault,
                                .sa_flags = SA_SIGINFO},
                     old;
    step->prepare();
    exchange_handlers(&handler, &old);
    for (int i = 0; i < PAGES; i += together) {
        double start = now_us();
        step->act(pages + i * BENCH_PAGE, together);
        samples_add(samples, (now_us() - start) / together);
    }
    exchange_handlers(&old, NULL);
}

static void run_step(const struct bench_case *c, struct result *result)
{
    compute_begin();
    if (mpg_host() == 0) {
        if (!open_object())
            result->note = "this kernel's userfaultfd cannot do it";
        for (int round = 0; !result->note && round < ROUNDS; round++) {
            system_calls(&result->yardstick);
            time_step(&steps[c->variant], (int)c->size, &result->ours);
        }
        close_object();
        compute_end();
    }
    mpg_barrier();
}

/* A remote read fault without a runtime: whoever faults asks for the page,
 * makes its entry meanwhile, and puts the bytes behind it.  There is no
 * protocol and no lock, nothing is found out, and the owner protects nothing.
 * The signal and the network are what they are, so this is the floor. */

static enum peer bare_peer;

static void enter_page(void *page)
{
    make_entries(page, 1);
}

static void on_bare_fault(int signal, siginfo_t *info, void *context)
{
    char *page = (char *)((uintptr_t)info->si_addr & ~(BENCH_PAGE - 1ul));
    (void)signal, (void)context;
    wire_fetch(bare_peer, behind + (page - pages), BENCH_PAGE, enter_page,
               page);
}

static void fault_all(void *samples)
{
    struct sigaction handler = {.sa_sigaction = on_bare_fault,
                                .sa_flags = SA_SIGINFO},
                     old;
    to_absent();
    exchange_handlers(&handler, &old);
    for (int i = 0; i < PAGES; i++) {
        double start = now_us();
        touch(pages + i * 37 % PAGES * BENCH_PAGE, 1);
        samples_add(samples, now_us() - start);
    }
    exchange_handlers(&old, NULL);
}

static void bare_round(struct result *result)
{
    if (bare_peer == PEER_POLLS) {
        wire_round_trips(bare_peer, BENCH_PAGE, PAGES, &result->yardstick);
        wire_both(fault_all, &result->ours);
        return;
    }
    compute_begin();
    if (mpg_host() == 0) {
        wire_round_trips(bare_peer, BENCH_PAGE, PAGES, &result->yardstick);
        fault_all(&result->ours);
        compute_end();
    }
}

static void run_bare(const struct bench_case *c, struct result *result)
{
    bool is_able = open_object(); /* all hosts, which are alike */
    bare_peer = (enum peer)c->variant;
    wire_serve_begin(bare_peer);
    if (!is_able)
        result->note = "this kernel's userfaultfd cannot do it";
    for (int round = 0; round < ROUNDS && is_able; round++) {
        mpg_barrier();
        bare_round(result);
        mpg_barrier();
    }
    wire_serve_end(bare_peer);
    close_object();
    mpg_barrier();
}

/* A page that the object does not have, without userfaultfd. */
static void run_hole(const struct bench_case *c, struct result *result)
{
    (void)c;
    compute_begin();
    if (mpg_host() == 0) {
        open_object();
        close(uffd);
        uffd = -1;
        for (int round = 0; round < ROUNDS; round++) {
            system_calls(&result->yardstick);
            to_hole();
            for (int i = 0; i < PAGES; i++) {
                double start = now_us();
                touch(pages + i * BENCH_PAGE, 1);
                samples_add(&result->ours, now_us() - start);
            }
        }
        close_object();
        compute_end();
    }
    mpg_barrier();
}

static void run_system_call(const struct bench_case *c, struct result *result)
{
    (void)c;
    for (int round = 0; mpg_host() == 0 && round < ROUNDS; round++) {
        system_calls(&result->ours);
        system_calls(&result->yardstick);
    }
    mpg_barrier();
}

static void run_wire(const struct bench_case *c, struct result *result)
{
    wire_serve_begin((enum peer)c->variant);
    for (int round = 0; round < ROUNDS; round++) {
        mpg_barrier();
        if (c->variant == PEER_POLLS)
            wire_round_trips(PEER_POLLS, (size_t)c->size, PAGES, &result->ours);
        else
            compute_begin();
        if (mpg_host() == 0) {
            if (c->variant == PEER_COMPUTES) {
                wire_round_trips(PEER_COMPUTES, (size_t)c->size, PAGES,
                                 &result->ours);
                compute_end();
            }
            system_calls(&result->yardstick);
        }
        mpg_barrier();
    }
    wire_serve_end((enum peer)c->variant);
}

#define CALL "system_call"
#define MACHINE(name, what, run, size, variant)                                \
    {name, what, CALL, 0, RATIO_TIME, run, size, variant, NULL, NULL}

const struct bench_case machine_cases[] = {
    MACHINE(CALL, "getppid", run_system_call, 0, 0),
    MACHINE("tcp_polling_64", "64 bytes there and back, both poll", run_wire,
            64, PEER_POLLS),
    MACHINE("tcp_polling_4096", "64 bytes there, 4096 back, both poll",
            run_wire, 4096, PEER_POLLS),
    MACHINE("tcp_epoll_4096",
            "64 there, 4096 back from a thread in epoll "
            "beside one that computes",
            run_wire, 4096, PEER_COMPUTES),
    MACHINE("hole_touch", "first touch of a page that its object has not",
            run_hole, 0, 0),
    MACHINE("entry_make", "UFFDIO_CONTINUE of a page", run_step, 1, MAKE_ENTRY),
    MACHINE("entry_make_32", "the same of 32, for each", run_step, 32,
            MAKE_ENTRY),
    MACHINE("entry_touch", "the first touch after it", run_step, 1,
            TOUCH_ENTRY),
    MACHINE("protect", "UFFDIO_WRITEPROTECT of a written page", run_step, 1,
            PROTECT),
    MACHINE("protect_32", "the same of 32, for each", run_step, 32, PROTECT),
    MACHINE("protect_64", "of 64, for each", run_step, 64, PROTECT),
    MACHINE("unprotect", "taking it back", run_step, 1, UNPROTECT),
    MACHINE("unprotect_touch", "the first write after that", run_step, 1,
            TOUCH_UNPROTECTED),
    MACHINE("zap", "MADV_DONTNEED of a written page", run_step, 1, ZAP),
    MACHINE("zap_32", "the same of 32, for each", run_step, 32, ZAP),
    MACHINE("zap_64", "of 64, for each", run_step, 64, ZAP),
    MACHINE("mprotect", "mprotect of a written page", run_step, 1, FORBID),
    MACHINE("fault_absent", "touch, SIGBUS, UFFDIO_CONTINUE, return", run_step,
            1, FAULT_ABSENT),
    MACHINE("fault_protected", "write, SIGBUS, UFFDIO_WRITEPROTECT, return",
            run_step, 1, FAULT_PROTECTED),
    {"bare_fault_4096_waiting",
     "read fault of sockets and userfaultfd alone, the owner polls",
     "tcp_round_trip_polling", 0, RATIO_TIME, run_bare, 0, PEER_POLLS, NULL,
     NULL},
    {"bare_fault_4096_computing", "the same, the owner computes",
     "tcp_round_trip_epoll_beside_computing", 0, RATIO_TIME, run_bare, 0,
     PEER_COMPUTES, NULL, NULL},
    {0},
};

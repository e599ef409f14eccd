/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Returning from a signal handler without the kernel: every register, the
 * flags, the extended state and what lies below the stack pointer are the
 * instruction's again; and where it must not be tried, it is not.
 */
#include <cpuid.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>

#include "check.h"
#include "engine/signals.h"

#define STATE_BYTES 16384
#define PAGE        4096
#define HEADER      512 /* of the extended state; its first word: what is in it */
#define STATE_FLAGS                                                            \
    0xcd5ul            /* carry, parity, adjust, zero, sign, direction, ... */
#define KINDS   0xe7ul /* of extended state: x87, SSE, AVX, AVX-512 */
#define PATTERN 0x5a

/* As the code below has them, which knows them by name. */
struct registers {
    uint64_t
        general[16]; /* in the order of the processor; [4] is the stack's */
    uint64_t red_zone[16];
    uint64_t flags;
};
__attribute__((used)) static struct registers before, after;
__attribute__((used, aligned(64))) static char state_before[STATE_BYTES];
__attribute__((used, aligned(64))) static char state_after[STATE_BYTES];
__attribute__((used)) static uint64_t shift; /* of the stack, in bytes */
__attribute__((used)) static uint64_t kinds; /* that this processor has */

/* Loads everything, reads a byte at r15 into r14, and stores everything. */
#define EACH_BUT_STACK(X)                                                      \
    X("rax", "0")                                                              \
    X("rcx", "8")                                                              \
    X("rdx", "16")                                                             \
    X("rbx", "24")                                                             \
    X("rbp", "40")                                                             \
    X("rsi", "48")                                                             \
    X("rdi", "56")                                                             \
    X("r8", "64")                                                              \
    X("r9", "72")                                                              \
    X("r10", "80")                                                             \
    X("r11", "88")                                                             \
    X("r12", "96")                                                             \
    X("r13", "104")                                                            \
    X("r14", "112")                                                            \
    X("r15", "120")
#define EACH_WORD(X)                                                           \
    X("0", "8")                                                                \
    X("8", "16")                                                               \
    X("16", "24")                                                              \
    X("24", "32")                                                              \
    X("32", "40")                                                              \
    X("40", "48")                                                              \
    X("48", "56")                                                              \
    X("56", "64")                                                              \
    X("64", "72")                                                              \
    X("72", "80")                                                              \
    X("80", "88")                                                              \
    X("88", "96")                                                              \
    X("96", "104")                                                             \
    X("104", "112")                                                            \
    X("112", "120")                                                            \
    X("120", "128")
#define LOAD(name, at)  "mov before+" at "(%rip), %" name "\n"
#define STORE(name, at) "mov %" name ", after+" at "(%rip)\n"
#define FILL(at, below)                                                        \
    "mov before+128+" at "(%rip), %rax\n mov %rax, -" below "(%rsp)\n"
#define KEEP(at, below)                                                        \
    "mov -" below "(%rsp), %rax\n mov %rax, after+128+" at "(%rip)\n"

__attribute__((naked)) static void run(void)
{
    __asm__ volatile(
        "push %rbx\n push %rbp\n push %r12\n push %r13\n push %r14\n"
        "push %r15\n"
        "sub shift(%rip), %rsp\n"
        "mov kinds(%rip), %eax\n xor %edx, %edx\n"
        "xrstor64 state_before(%rip)\n"
        "mov %rsp, before+32(%rip)\n"
        "push before+256(%rip)\n popfq\n" EACH_WORD(FILL)
            EACH_BUT_STACK(LOAD) "movb (%r15), %r14b\n" EACH_BUT_STACK(STORE)
                EACH_WORD(KEEP) "mov %rsp, after+32(%rip)\n"
                                "pushfq\n pop after+256(%rip)\n cld\n"
                                "mov kinds(%rip), %eax\n xor %edx, %edx\n"
                                "xsave64 state_after(%rip)\n"
                                "add shift(%rip), %rsp\n"
                                "pop %r15\n pop %r14\n pop %r13\n pop %r12\n "
                                "pop %rbp\n pop %rbx\n"
                                "ret\n");
}

static char *page;
static volatile unsigned returns, traps, steps;
static bool sets_trap, is_stepped;

/* Leaves nothing of the extended state as it was. */
static void spoil(void)
{
    static char scratch[HEADER];
    memset(scratch, PATTERN, sizeof scratch);
    __asm__ volatile("fninit\n pcmpeqd %%xmm0, %%xmm0\n movdqa %%xmm0, %%xmm9"
                     :
                     :
                     : "xmm0", "xmm9");
}

static void on_fault(int number, siginfo_t *info, void *context)
{
    greg_t *flags = &((ucontext_t *)context)->uc_mcontext.gregs[REG_EFL];
    (void)number;
    if (info->si_addr != page + 5)
        _exit(3);
    mprotect(page, PAGE, PROT_READ);
    spoil();
    if (sets_trap)
        *flags |= MPG_TRAP_FLAG;
    if (is_stepped)
        __asm__ volatile("pushfq\n orq $0x100, (%%rsp)\n popfq" : : : "cc");
    mpg__resume(context);
    returns++;
}

static void on_trap(int number, siginfo_t *info, void *context)
{
    (void)number, (void)info;
    traps++;
    ((ucontext_t *)context)->uc_mcontext.gregs[REG_EFL] &= ~MPG_TRAP_FLAG;
}

static void on_step(int number, siginfo_t *info, void *context)
{
    (void)number, (void)info, (void)context;
    steps++;
    spoil();
}

static void handle(int number, void (*handler)(int, siginfo_t *, void *),
                   int flags)
{
    struct sigaction action = {.sa_sigaction = handler,
                               .sa_flags = SA_SIGINFO | flags};
    CHECK_EQ(sigaction(number, &action, NULL), 0);
}

static void prepare(void)
{
    unsigned eax, ebx, ecx, edx, low, high;
    CHECK(__get_cpuid_count(0xd, 0, &eax, &ebx, &ecx, &edx));
    CHECK_LE(ebx, STATE_BYTES);
    __asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    kinds = low & KINDS;
    page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
                -1, 0);
    CHECK(page != MAP_FAILED);
    page[5] = 0x77;
    /* Some bytes in every register; and a valid word of control in each. */
    __asm__ volatile("fninit");
    __asm__ volatile("xsave64 %0" : "+m"(state_before) : "a"(kinds), "d"(0));
    for (unsigned at = 160; at < 416; at++) /* of SSE */
        state_before[at] = (char)(at * 7 + 1);
    for (unsigned at = HEADER + 64; at < ebx; at++)
        state_before[at] = (char)(at * 11 + 3);
    for (unsigned at = 32; at < 160; at++) /* of x87, 10 bytes each */
        state_before[at] = at % 16 < 10 ? (char)(at * 5 + 9) : 0;
    state_before[0] = 0x3f, state_before[1] = 0x0b;         /* rounds up */
    state_before[4] = (char)0xff;                           /* none is empty */
    state_before[24] = (char)0x80, state_before[25] = 0x5f; /* to zero */
    memcpy(state_before + HEADER, &kinds, sizeof kinds);
    for (unsigned i = 0; i < 16; i++) {
        before.general[i] = 0x1122334455667700ul * (i + 3) + i;
        before.red_zone[i] = 0xfedcba9876543210ul * (i + 5) + i;
    }
    before.general[15] = (uint64_t)(page + 5);
    before.flags = STATE_FLAGS | 2;
}

static bool is_same(void)
{
    struct registers expected = before;
    expected.general[14] = (before.general[14] & ~0xfful) | 0x77;
    expected.flags = after.flags & ~STATE_FLAGS;
    expected.flags |= before.flags & STATE_FLAGS;
    return !memcmp(&expected, &after, sizeof after) &&
           !memcmp(state_before, state_after, STATE_BYTES);
}

static void touch(void)
{
    returns = 0;
    CHECK_EQ(mprotect(page, PAGE, PROT_NONE), 0);
    memset(&after, 0, sizeof after);
    run();
}

static void all_is_as_it_was(void)
{
    handle(SIGSEGV, on_fault, SA_NODEFER);
    /* What the kernel leaves in the bytes that no register has is its own. */
    run();
    memcpy(state_before, state_after, STATE_BYTES);
    touch();
    CHECK(is_same());
    CHECK_EQ(returns, 0);
}

static void the_kernel_does_the_rest(void)
{
    static char stack[1 << 16];
    stack_t alternate = {.ss_sp = stack, .ss_size = sizeof stack}, now;
    handle(SIGTRAP, on_trap, 0);
    sets_trap = true;
    touch();
    CHECK(is_same());
    CHECK_EQ(returns, 1);
    CHECK_EQ(traps, 1);
    sets_trap = false;

    CHECK_EQ(sigaltstack(&alternate, NULL), 0);
    handle(SIGSEGV, on_fault, SA_NODEFER | SA_ONSTACK);
    touch();
    CHECK(is_same());
    CHECK_EQ(returns, 1);

    alternate.ss_flags = (int)(1u << 31); /* SS_AUTODISARM */
    CHECK_EQ(sigaltstack(&alternate, NULL), 0);
    handle(SIGSEGV, on_fault, SA_NODEFER);
    touch();
    CHECK(is_same());
    CHECK_EQ(sigaltstack(NULL, &now), 0);
    CHECK(now.ss_sp == stack);
    alternate.ss_flags = SS_DISABLE;
    CHECK_EQ(sigaltstack(&alternate, NULL), 0);
}

/* A signal comes behind each instruction of it. */
static void in_the_middle(void)
{
    handle(SIGSEGV, on_fault, SA_NODEFER);
    handle(SIGTRAP, on_step, 0);
    is_stepped = true;
    /* The kernel aligns its frame, in which some bytes are nobody's. */
    for (shift = 0; shift < 64; shift += 8) {
        steps = 0;
        touch();
        CHECK(is_same());
        CHECK_EQ(returns, 0);
        CHECK(steps > 40);
    }
    is_stepped = false;
}

int main(void)
{
    mpg__resume_start();
    prepare();
    all_is_as_it_was();
    the_kernel_does_the_rest();
    in_the_middle();
    return check_report();
}

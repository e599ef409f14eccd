/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * From a signal handler back to the instruction, without the kernel.
 *
 * rt_sigreturn takes a system call, in which the kernel checks and loads what
 * it has written to the frame a moment before: half a microsecond, beside the
 * ten that a whole fault takes.  The frame is ours to read, and there is
 * nothing in it that only the kernel could load: registers, flags, and the
 * extended state, for which there is XRSTOR.  The rest of what rt_sigreturn
 * does, it need not do for us: the mask is what it was (signals.c sees to
 * that), and so is the alternate stack unless it was to be disarmed.
 *
 * The last step is the hard one, for all registers have to be the
 * instruction's when its address is loaded, the stack pointer among them; and
 * what lies up to 128 bytes below the stack pointer is the instruction's too.
 * So the last values are taken from below that by instructions that pop, and
 * the last one of these, RET, drops the 128 bytes as well:
 *
 *     sp - 160  rdi     pop
 *     sp - 152  rax     pop
 *     sp - 144  flags   popf
 *     sp - 136  rip     ret 128
 *     sp - 128  ...     the red zone
 *     sp
 *
 * These words are in the frame itself, behind the extended state, which has
 * been loaded by then.  A signal that comes in between is written below the
 * stack pointer, where there is nothing any more that is needed.
 */
#include <stdint.h>
#include <string.h>
#include <ucontext.h>

#include "signals.h"

/* Where the kernel says what the frame's extended state is: struct
 * _fpx_sw_bytes of <asm/sigcontext.h>, which <signal.h> cannot be included
 * with. */
#define SOFTWARE_AT  464
#define XSTATE_MAGIC 0x46505853u /* FP_XSTATE_MAGIC1 */
#define AUTO_DISARM  (1u << 31)  /* SS_AUTODISARM */
#define FRAME_MAX    65536u      /* from the frame to the red zone's end */
#define RED_ZONE     128u

struct software {
    uint32_t magic, extended_bytes;
    uint64_t features; /* those that were saved */
};

static bool can_resume;

/* With a shadow stack the kernel has pushed a token there, which only
 * rt_sigreturn takes off.  Without one this instruction does nothing.  And
 * sanitizers want to see the end of a handler. */
void mpg__resume_start(void)
{
    uint64_t shadow_stack = 0;
    __asm__ volatile("rdsspq %0" : "+r"(shadow_stack));
    can_resume = !shadow_stack;
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    can_resume = false;
#endif
}

/* gregs as <sys/ucontext.h> numbers them, eight bytes each. */
__attribute__((naked, noreturn)) static void load(__attribute__((unused))
                                                  const greg_t *registers,
                                                  __attribute__((unused))
                                                  const void *state)
{
    __asm__ volatile("mov 472(%rsi), %eax\n" /* software.features */
                     "mov 476(%rsi), %edx\n"
                     "xrstor64 (%rsi)\n"
                     "mov 120(%rdi), %rax\n" /* the stack pointer */
                     "sub $160, %rax\n"
                     "mov 64(%rdi), %rcx\n" /* rdi */
                     "mov %rcx, (%rax)\n"
                     "mov 104(%rdi), %rcx\n" /* rax */
                     "mov %rcx, 8(%rax)\n"
                     "mov 136(%rdi), %rcx\n" /* flags */
                     "mov %rcx, 16(%rax)\n"
                     "mov 128(%rdi), %rcx\n" /* rip */
                     "mov %rcx, 24(%rax)\n"
                     "mov (%rdi), %r8\n"
                     "mov 8(%rdi), %r9\n"
                     "mov 16(%rdi), %r10\n"
                     "mov 24(%rdi), %r11\n"
                     "mov 32(%rdi), %r12\n"
                     "mov 40(%rdi), %r13\n"
                     "mov 48(%rdi), %r14\n"
                     "mov 56(%rdi), %r15\n"
                     "mov 72(%rdi), %rsi\n"
                     "mov 80(%rdi), %rbp\n"
                     "mov 88(%rdi), %rbx\n"
                     "mov 96(%rdi), %rdx\n"
                     "mov 112(%rdi), %rcx\n"
                     "mov %rax, %rsp\n"
                     "pop %rdi\n"
                     "pop %rax\n"
                     "popfq\n"
                     "ret $128\n");
}

void mpg__resume(void *frame)
{
    const ucontext_t *context = frame;
    const greg_t *registers = context->uc_mcontext.gregs;
    const char *state = (const char *)context->uc_mcontext.fpregs;
    uintptr_t end = (uintptr_t)registers[REG_RSP] - RED_ZONE;
    struct software software;
    if (!can_resume || !state ||
        (registers[REG_EFL] & MPG_TRAP_FLAG) || /* It would trap in here. */
        ((unsigned)context->uc_stack.ss_flags & AUTO_DISARM) ||
        end - (uintptr_t)frame > FRAME_MAX) /* on another stack */
        return;
    memcpy(&software, state + SOFTWARE_AT, sizeof software);
    if (software.magic == XSTATE_MAGIC)
        load(registers, state);
}

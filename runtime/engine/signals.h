/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Between signals.c and those who meet signals: fault.c, in the handler; what
 * the program calls; and whoever keeps signals from being delivered.
 */
#ifndef MPG_ENGINE_SIGNALS_H
#define MPG_ENGINE_SIGNALS_H

#include <signal.h>
#include <stdbool.h>

#define MPG_TRAP_FLAG 0x100 /* in the flags register */

typedef int mpg__sigaction_fn(int, const struct sigaction *,
                              struct sigaction *);

/* signals.c: the C library's. */
mpg__sigaction_fn *mpg__real_sigaction(void);

/* The program is about to have a handler, of whatever signal: returns when that
 * cannot run in the middle of one of ours. */
void mpg__handlers_begin(void);

/* What the program wants to happen on one of our signals, or NULL, and what it
 * wanted before; false when the signal is none of ours. */
bool mpg__program_action(int signal, const struct sigaction *action,
                         struct sigaction *before);

/* signal_calls.c: whether it is neither the default nor to ignore it. */
bool mpg__is_handler(const struct sigaction *);

/* resume.c: continues where the signal came, whose frame this is (the
 * ucontext_t).  Returns when that has to be left to the kernel.  Pre: the mask
 * is as in the frame, and the handler has nothing more to do. */
void mpg__resume(void *frame);
void mpg__resume_start(void);

/* The trap behind a stepped instruction; false when it is none of ours. */
bool mpg__fault_trap(void *context);

/* The thread leaves the instruction that it was stepping. */
void mpg__fault_abandon(void);

/* Threads that wait for other hosts in a call have all signals blocked, and may
 * wait for ever.  So the server thread lets in those that are to end this host.
 */

/* Before there is a server thread. */
void mpg__ends_start(void);

/* What the server thread has to block while it sleeps; asked anew each time. */
void mpg__ends_asleep(sigset_t *mask);

/* Lets such a signal end this host now, if it is pending: for who has blocked
 * them and does not sleep as the server thread does. */
void mpg__ends_take(void);

#endif

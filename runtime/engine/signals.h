/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Between signals.c and those who meet signals: fault.c, in the handler, with
 * signals blocked; and whoever keeps others from being delivered.
 */
#ifndef MPG_ENGINE_SIGNALS_H
#define MPG_ENGINE_SIGNALS_H

#include <signal.h>
#include <stdbool.h>

#define MPG_TRAP_FLAG 0x100 /* in the flags register */

/* The trap behind a stepped instruction; false when it is none of ours. */
bool mpg__fault_trap(void *context);

/* The thread leaves the instruction that it was stepping. */
void mpg__fault_abandon(void);

/* Threads that wait for other hosts have all signals blocked, and may wait for
 * ever.  So the server thread lets in those that are to end this host. */

/* Before there is a server thread. */
void mpg__ends_start(void);

/* What the server thread has to block while it sleeps; asked anew each time. */
void mpg__ends_asleep(sigset_t *mask);

/* Lets such a signal end this host now, if it is pending: for who has blocked
 * them and does not sleep as the server thread does. */
void mpg__ends_take(void);

#endif

/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Between signals.c and those who meet signals: fault.c, in the handler, with
 * signals blocked; and whoever keeps others from being delivered.
 */
#ifndef MPG_ENGINE_SIGNALS_H
#define MPG_ENGINE_SIGNALS_H

#include <stdbool.h>

/* The trap behind a stepped instruction; false when it is none of ours. */
bool mpg__fault_trap(void *context);

/* The thread leaves the instruction that it was stepping. */
void mpg__fault_abandon(void);

/* A descriptor that can be read when a signal is there that may be to end this
 * host: watch it edge-triggered.  -1 when there is none to be had. */
int mpg__ends_fd(void);

/* Lets such a signal end this host, if nobody else takes it: threads that wait
 * for other hosts have all signals blocked, and may wait for ever. */
void mpg__ends_take(void);

#endif

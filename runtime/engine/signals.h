/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Between signals.c and fault.c; both in the handler, signals blocked.
 */
#ifndef MPG_ENGINE_SIGNALS_H
#define MPG_ENGINE_SIGNALS_H

#include <stdbool.h>

/* The trap behind a stepped instruction; false when it is none of ours. */
bool mpg__fault_trap(void *context);

/* The thread leaves the instruction that it was stepping. */
void mpg__fault_abandon(void);

#endif

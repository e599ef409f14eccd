/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Where in the program an instruction is, for last words.
 */
#ifndef MPG_OMP_PLACE_H
#define MPG_OMP_PLACE_H

#include <stddef.h>

/* Writes "prog.c:12 (function f)", or what is known of it, for the innermost
 * call in the program itself.  `context` is the ucontext_t of the fault.  Not
 * safe in a signal handler in general: for a thread that will not return. */
void mpg__place_of_fault(const void *context, char *text, size_t bytes);

#endif

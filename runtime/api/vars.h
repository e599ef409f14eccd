/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * What the rest of the runtime wants to know about shared variables.
 */
#ifndef MPG_API_VARS_H
#define MPG_API_VARS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Ends the run when units disagree about a variable, naming both places.
 * Answers a hash of the layout, which must be the same on all hosts. */
uint64_t mpg__vars_check(void);

bool mpg__vars_have(const char *name, size_t length);

/* Whether it is the name of a pointer whose allocations are shared. */
bool mpg__vars_have_heap_row(const char *name);

/* Before main: the engine may tell compiled code about regions. */
void mpg__vars_start(void);

#endif

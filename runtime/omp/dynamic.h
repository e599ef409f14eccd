/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Regions that may have fewer threads than asked for.
 */
#ifndef MPG_OMP_DYNAMIC_H
#define MPG_OMP_DYNAMIC_H

#include <stdbool.h>

/* Host 0's main thread is about to begin a region that all hosts could take
 * part in: whether its own threads are to run it alone.  Does not block. */
bool mpg__dynamic_is_alone(void (*microtask)(void));
/* What it has answered last: for a region within that one. */
bool mpg__dynamic_is_alone_now(void);
/* Or one that has to have all that it asks for. */
void mpg__dynamic_pass(void (*microtask)(void));
/* All is over: with --explain, what regions waited, if they had to. */
void mpg__dynamic_explain(void);

#endif

/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Small minipages that a thread keeps at hand for its allocations.
 */
#ifndef MPG_API_CACHE_H
#define MPG_API_CACHE_H

#include <stdbool.h>
#include <stdint.h>

#define MPG_CACHE_ALIGN 16u

/* One minipage of slot_bytes, at a multiple of that; NULL when this thread has
 * none at hand. */
void *mpg__cache_take(uint64_t slot_bytes, bool *is_fresh);

/* Gets some; false when there are none, or this thread keeps none of that
 * size.  May wait for other hosts. */
bool mpg__cache_fill(uint64_t slot_bytes);

/* Whether the minipage at address was one to keep, and is free now. */
bool mpg__cache_free(void *address);

/* Before main. */
void mpg__cache_start(void);

#endif

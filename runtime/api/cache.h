/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Room that a thread keeps at hand for its allocations of small objects.
 */
#ifndef MPG_API_CACHE_H
#define MPG_API_CACHE_H

#include <stdbool.h>
#include <stdint.h>

#define MPG_CACHE_ALIGN 16u

/* Room for one object of so many bytes, at a multiple of MPG_CACHE_ALIGN: a
 * minipage, or a cell of a page that others share.  NULL when this thread has
 * none at hand. */
void *mpg__cache_take(uint64_t bytes, bool is_packed, bool *is_fresh);

/* Gets some of either kind (mpg__singles_take), where packed_bytes is not 0;
 * false when there are none, or this thread keeps none of that size.  May wait
 * for other hosts. */
bool mpg__cache_fill(uint64_t own_bytes, uint64_t packed_bytes);

/* Whether what is at address was one to keep, and is free now. */
bool mpg__cache_free(void *address);

/* Before main. */
void mpg__cache_start(void);

#endif

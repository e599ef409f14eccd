/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * The heap without the name of a variable: what OpenMP units allocate.
 */
#ifndef MPG_API_HEAP_H
#define MPG_API_HEAP_H

#include <stdbool.h>
#include <stdint.h>

/* One minipage up to a page, or, for a small object when there are many, a part
 * of a page (--pack); else contiguous and page by page.  The address is a
 * multiple of align, a power of two of at least 16.  *is_fresh: all zeros.
 * NULL with ENOMEM. */
void *mpg__heap_allocate(uint64_t bytes, uint64_t align, bool *is_fresh);

/* Bytes from pointer, where an allocation begins, to the end of it; ends the
 * run when none begins there. */
uint64_t mpg__heap_bytes(const void *pointer);

#endif

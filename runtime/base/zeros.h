/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Zeros that cost nothing until they are touched.  Async-signal-safe.
 */
#ifndef MPG_BASE_ZEROS_H
#define MPG_BASE_ZEROS_H

#include <stdint.h>
#include <sys/mman.h>

#include "base/fatal.h"

/* At least a page of them.  Ends the run, with what they are for, when there
 * are none. */
static inline void *mpg__zeros(const char *of, uint64_t bytes)
{
    void *got = mmap(NULL, bytes ? bytes : 1, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (got == MAP_FAILED)
        mpg__fatal("no memory for %s (%llu bytes): %m", of,
                   (unsigned long long)bytes);
    return got;
}

#endif

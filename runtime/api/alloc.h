/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Runs of minipages, allocated by this host from regions that it made.
 */
#ifndef MPG_API_ALLOC_H
#define MPG_API_ALLOC_H

#include <stdbool.h>
#include <stdint.h>

#include "grain.h"

/* A run of grain->slots minipages, whose first one is in view 0 when
 * grain->views > 1 (is_array), or in any view when it is a single one.  The
 * address is a multiple of `align`.  *is_fresh: nobody has had it before, so it
 * is all zeros.  NULL when the object is full.  May wait for other hosts, when
 * a new region is needed. */
void *mpg__run_allocate(const struct mpg__grain *, bool is_array,
                        uint64_t align, bool *is_fresh);

/* Gives back the first minipages of a run of this host, up to a multiple of
 * align, a power of two that the run goes beyond.  Answers the new start. */
void *mpg__run_align(void *address, uint64_t align);

/* Of a run that begins at address, of any host: its length in bytes, 0 when
 * none begins there; and the end of it. */
uint64_t mpg__run_bytes(const void *address);
void mpg__run_free(const void *address);

/* Registers the maker's side of remote questions; before main. */
void mpg__alloc_start(void);

#endif

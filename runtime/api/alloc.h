/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Runs of minipages, and single objects, allocated by this host from regions
 * that it made.
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

/* Room for a single object that a thread keeps (cache.c): taken from the heap,
 * allocated to nobody. */
struct mpg__single {
    char *address;
    _Atomic uint32_t *length; /* the heap's word for it */
    bool is_fresh;
    bool is_packed; /* others share its minipage, a page */
};

/* Takes at most `count` of them, all alike, in ascending order: minipages of
 * own_bytes, or when there are many of those in use already, and packed_bytes
 * is not 0, cells of that size in pages.  Fewer when there are no more at hand,
 * none when the object is full.  May wait for other hosts.  And gives them
 * back. */
uint32_t mpg__singles_take(uint64_t own_bytes, uint64_t packed_bytes,
                           struct mpg__single *, uint32_t count);
void mpg__singles_give(const struct mpg__single *, uint32_t count);

/* From any thread, without a lock: it is allocated from here on, or no longer.
 * False when it is not, or when more is allocated than that. */
void mpg__single_use(const struct mpg__single *);
bool mpg__single_free(const struct mpg__single *);

/* What is at address, if this host allocates it; its size, or 0. */
uint64_t mpg__single_find(void *address, struct mpg__single *);

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

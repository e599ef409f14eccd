/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Between the call that compiled code makes in front of a nest of loops
 * (api/foresee.c) and who asks for what they go through.
 */
#ifndef MPG_ENGINE_FORESEE_H
#define MPG_ENGINE_FORESEE_H

#include "engine.h"

#define MPG_USE_JUMPS 2u

/* `bytes` bytes from `first` on, and the same again at each sum of multiples
 * of the jumps' steps. */
struct mpg__use {
    uint64_t first, bytes;
    enum mpg__access access;
    bool is_backward; /* some loop begins at the end */
    bool is_wrong;    /* or beyond what can be said here */
    uint32_t jumps_count;
    struct {
        uint64_t step, times;
    } jumps[MPG_USE_JUMPS];
};

/* What happens in the innermost loop, and loops around it, from the inside. */
void mpg__use_begin(struct mpg__use *, const void *start, uint64_t bytes,
                    enum mpg__access);
void mpg__use_repeat(struct mpg__use *, int64_t step, uint64_t times);

/* How many of its minipages are neither here nor asked for; as far as a look
 * at a bounded number can tell, without the lock. */
uint32_t mpg__foresee_count(const struct mpg__use *);

/* Asks for those, under the lock; not for all of a long one, whose rest is
 * asked for when the thread faults behind it (ahead.c). */
void mpg__foresee_ask(const struct mpg__use *);

#endif

/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * How loops are divided; schedules as compiled code names them.
 */
#ifndef MPG_OMP_STATIC_H
#define MPG_OMP_STATIC_H

#include <stdbool.h>
#include <stdint.h>

enum mpg__schedule {
    MPG_STATIC_CHUNKED = 33,
    MPG_STATIC = 34,
    MPG_DYNAMIC = 35,
    MPG_GUIDED = 36,
    MPG_RUNTIME = 37,
    MPG_AUTO = 38,
    MPG_STATIC_ROUNDED = 45,
    MPG_RUNTIME_SIMD = 47,
    MPG_ORDERED_FIRST = 65, /* static chunked; the others follow in order */
    MPG_ORDERED_LAST = 70,
    MPG_DISTRIBUTE_CHUNKED = 91,
    MPG_DISTRIBUTE = 92,
};
#define MPG_SCHEDULE_MODIFIERS (1 << 29 | 1 << 30) /* (non)monotonic */

/* Iterations of one thread, by number: `count` from `first`, and again every
 * `stride`. */
struct mpg__part {
    uint64_t first, count, stride;
    bool is_last; /* the last iteration of all is among them */
};

/* Pre: trips > 0. */
struct mpg__part mpg__static_block(uint32_t tid, uint32_t threads,
                                   uint64_t trips);
struct mpg__part mpg__static_chunks(uint32_t tid, uint32_t threads,
                                    uint64_t trips, uint64_t chunk);

#endif

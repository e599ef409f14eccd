/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * From a granularity to minipages: what a pragma, or an override of it at
 * start, means for a variable or for the allocations of a pointer.
 */
#ifndef MPG_API_GRAIN_H
#define MPG_API_GRAIN_H

#include <stdbool.h>
#include <stdint.h>

#include "millipage/abi.h"

/* Minipages of `slot_bytes`; consecutive ones in different views if views > 1,
 * else contiguous. */
struct mpg__grain {
    uint64_t slot_bytes;
    uint32_t slots;
    uint32_t views;
};

/* For `bytes` of var (its size, or an allocation's); MILLIPAGE_GRANULARITY is
 * heeded.  Ends the run, naming the variable and its place, when the
 * granularity cannot be had. */
struct mpg__grain mpg__grain_of(const struct mpg_abi_var *var, uint64_t bytes);

/* The slot's geometry for compiled code. */
void mpg__grain_fill_slot(const struct mpg_abi_var *var,
                          const struct mpg__grain *, struct mpg_abi_slot *);

/* Ends the run when MILLIPAGE_GRANULARITY names a variable that there is not;
 * when all are known. */
void mpg__grain_check_names(void);

/* What a slot says of the composed view where there are several views. */
uint64_t mpg__grain_composed(bool is_composed);

#endif

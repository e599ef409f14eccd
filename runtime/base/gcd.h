/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#ifndef MPG_BASE_GCD_H
#define MPG_BASE_GCD_H

#include <stdint.h>

static inline uint64_t mpg__gcd(uint64_t a, uint64_t b)
{
    while (b) {
        uint64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

#endif

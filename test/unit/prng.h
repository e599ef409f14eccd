/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Random numbers that are the same everywhere for the same seed (splitmix64).
 */
#ifndef MPG_TEST_PRNG_H
#define MPG_TEST_PRNG_H

#include <stdint.h>

struct prng {
    uint64_t state;
};

static inline uint64_t prng_next(struct prng *prng)
{
    uint64_t z = prng->state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

/* 0 .. bound - 1; the bias of a 64-bit remainder does not matter here. */
static inline unsigned prng_below(struct prng *prng, unsigned bound)
{
    return (unsigned)(prng_next(prng) % bound);
}

#endif

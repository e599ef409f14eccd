/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * The keys of is.c, and what a host does with its own.  It knows nothing of
 * other hosts: they use it on their blocks, and the sequential computation on
 * all keys; so does the same program in MPI (bench/mpi).
 */
#ifndef EXAMPLES_IS_KEYS_H
#define EXAMPLES_IS_KEYS_H

#include "common.h"

#ifndef VALUES
#define VALUES 512
#endif

/* A block of the keys: those with the global indices first .. first + count. */
struct keys {
    long first;
    long count;
    int *key;
    int *rank;
};

static inline struct keys make_keys(long first, long count, long values)
{
    struct keys keys = {.first = first, .count = count};
    size_t bytes = (size_t)(count > 0 ? count : 1) * sizeof(int);

    keys.key = private_alloc(bytes);
    keys.rank = private_alloc(bytes);
    for (long i = 0; i < count; i++) {
        /* The mean of four draws: values in the middle are more frequent. */
        uint64_t bits = random_bits((uint64_t)(first + i));
        uint64_t sum = (bits & 0xffff) + (bits >> 16 & 0xffff) +
                       (bits >> 32 & 0xffff) + (bits >> 48);
        keys.key[i] = (int)(sum * (uint64_t)values >> 18);
    }
    return keys;
}

static inline void free_keys(struct keys *keys)
{
    free(keys->key);
    free(keys->rank);
}

/* Each iteration changes one key, so that each has something to rank. */
static inline void change_key(struct keys *keys, long iteration, long values)
{
    long index = iteration - keys->first;

    if (index >= 0 && index < keys->count)
        keys->key[index] = (int)(values - 1 - iteration % values);
}

static inline void count_keys(const struct keys *keys, int *counts, long values)
{
    memset(counts, 0, (size_t)values * sizeof *counts);
    for (long i = 0; i < keys->count; i++)
        counts[keys->key[i]]++;
}

/* How many keys are smaller, for each value; of how many there are of each. */
static inline void count_smaller(const int *counts, int *smaller, long values)
{
    for (long v = 0, sum = 0; v < values; v++) {
        smaller[v] = (int)sum;
        sum += counts[v];
    }
}

static inline void rank_keys(struct keys *keys, const int *smaller)
{
    for (long i = 0; i < keys->count; i++)
        keys->rank[i] = smaller[keys->key[i]];
}

static inline uint64_t sum_ranks(const struct keys *keys)
{
    uint64_t sum = 0;

    for (long i = 0; i < keys->count; i++)
        sum += (uint64_t)keys->rank[i] * (uint64_t)(keys->first + i + 1);
    return sum;
}

/* The sequential computation: all the keys, one private histogram.  Leaves
 * the last ranks in the keys. */
static inline double rank_alone(struct keys *keys, long values, long iterations)
{
    int counts[VALUES], smaller[VALUES];
    double seconds = -seconds_now();

    for (long iteration = 0; iteration < iterations; iteration++) {
        change_key(keys, iteration, values);
        count_keys(keys, counts, values);
        count_smaller(counts, smaller, values);
        rank_keys(keys, smaller);
    }
    return seconds + seconds_now();
}

#endif

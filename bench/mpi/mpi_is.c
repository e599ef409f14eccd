/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * examples/is.c by hand in MPI: each process counts its own keys, and one
 * MPI_Allreduce of the histogram does what regions and barriers do there.
 */
#include "common.h"

#define VALUES 512

struct keys {
    long first, count;
    int *key, *rank;
};

static struct keys make_keys(long first, long count, long values)
{
    struct keys keys = {.first = first, .count = count};
    size_t bytes = (size_t)(count > 0 ? count : 1) * sizeof(int);
    keys.key = private_alloc(bytes);
    keys.rank = private_alloc(bytes);
    for (long i = 0; i < count; i++) {
        uint64_t bits = random_bits((uint64_t)(first + i));
        uint64_t sum = (bits & 0xffff) + (bits >> 16 & 0xffff) +
                       (bits >> 32 & 0xffff) + (bits >> 48);
        keys.key[i] = (int)(sum * (uint64_t)values >> 18);
    }
    return keys;
}

static void change_key(struct keys *keys, long iteration, long values)
{
    long index = iteration - keys->first;
    if (index >= 0 && index < keys->count)
        keys->key[index] = (int)(values - 1 - iteration % values);
}

static void count_keys(const struct keys *keys, int *counts)
{
    memset(counts, 0, VALUES * sizeof *counts);
    for (long i = 0; i < keys->count; i++)
        counts[keys->key[i]]++;
}

static void rank_keys(struct keys *keys, const int *histogram, long values)
{
    int smaller[VALUES];
    for (long v = 0, sum = 0; v < values; v++) {
        smaller[v] = (int)sum;
        sum += histogram[v];
    }
    for (long i = 0; i < keys->count; i++)
        keys->rank[i] = smaller[keys->key[i]];
}

static uint64_t sum_ranks(const struct keys *keys)
{
    uint64_t sum = 0;
    for (long i = 0; i < keys->count; i++)
        sum += (uint64_t)keys->rank[i] * (uint64_t)(keys->first + i + 1);
    return sum;
}

static double rank_together(struct keys *keys, int *histogram, long values,
                            long iterations)
{
    int counts[VALUES];
    MPI_Barrier(MPI_COMM_WORLD);
    double seconds = -seconds_now();
    for (long iteration = 0; iteration < iterations; iteration++) {
        change_key(keys, iteration, values);
        count_keys(keys, counts);
        MPI_Allreduce(counts, histogram, (int)values, MPI_INT, MPI_SUM,
                      MPI_COMM_WORLD);
        rank_keys(keys, histogram, values);
    }
    MPI_Barrier(MPI_COMM_WORLD);
    return seconds + seconds_now();
}

static double rank_alone(struct keys *keys, int *histogram, long values,
                         long iterations)
{
    double seconds = -seconds_now();
    for (long iteration = 0; iteration < iterations; iteration++) {
        change_key(keys, iteration, values);
        count_keys(keys, histogram);
        rank_keys(keys, histogram, values);
    }
    return seconds + seconds_now();
}

static void check(const int *histogram, uint64_t ranks, long count, long values,
                  long iterations, struct outcome *outcome)
{
    int right[VALUES];
    struct keys all = make_keys(0, count, values);
    outcome->sequential = rank_alone(&all, right, values, iterations);
    if (memcmp(histogram, right, (size_t)values * sizeof *right) != 0)
        outcome->wrong = "keys were counted wrongly";
    else if (sum_ranks(&all) != ranks)
        outcome->wrong = "ranks are wrong";
    free(all.key);
    free(all.rank);
}

int main(int argc, char **argv)
{
    long count = 1 << 23, values = VALUES, iterations = 10;
    const struct parameter parameters[] = {
        {"KEYS", &count, 1, 1 << 30, NULL, "keys to rank"},
        {"VALUES", &values, 1, VALUES, NULL, "keys are less than this"},
        {"ITERATIONS", &iterations, 1, 1000000, NULL, "rankings"},
        {0},
    };
    struct program program = {.name = "mpi_is",
                              .about = "Integer sort in MPI.",
                              .parameters = parameters};
    MPI_Init(&argc, &argv);
    read_arguments(&program, argc, argv);

    int host = mpg_host(), hosts = mpg_hosts(), histogram[VALUES];
    long first = first_of(host, hosts, count);
    struct keys keys =
        make_keys(first, first_of(host + 1, hosts, count) - first, values);
    char what[96];
    snprintf(what, sizeof what, "%ld keys, %ld values, %ld iterations", count,
             values, iterations);
    struct outcome outcome = {.what = what};
    outcome.seconds = rank_together(&keys, histogram, values, iterations);

    uint64_t own = sum_ranks(&keys), ranks = 0;
    MPI_Reduce(&own, &ranks, 1, MPI_UINT64_T, MPI_SUM, 0, MPI_COMM_WORLD);
    int status = 0;
    if (host == 0) {
        if (program.check)
            check(histogram, ranks, count, values, iterations, &outcome);
        status = report(&program, &outcome);
    }
    MPI_Finalize();
    return status;
}

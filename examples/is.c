/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Integer sort: every key gets its rank, the number of smaller keys.  The
 * keys are private to the host that owns them; what the hosts share is the
 * histogram of all keys, two kilobytes with the usual 512 values.
 *
 * The histogram is cut in as many regions as there are hosts.  A host counts
 * its own keys alone, then adds its counts region by region, beginning with
 * its own region, so that no two hosts are in one region at the same time and
 * no lock is needed: a barrier ends each phase.  The first to write a region
 * in an iteration is its owner, who stores instead of adding; so nobody has
 * to clear it.  That makes hosts + 1 barriers an iteration.
 */
#include "is_keys.h"

#include <stdatomic.h>

#pragma millipage shared granularity(256)
int histogram[VALUES];

/* The ranks are too many to be compared one by one; their weighted sum
 * modulo 2^64 does as well.  Hosts add to it with one atomic instruction. */
#pragma millipage shared
_Atomic uint64_t checksum;

static void add_counts(const int *counts, long values)
{
    int host = mpg_host(), hosts = mpg_hosts();

    for (int phase = 0; phase < hosts; phase++) {
        int region = (host + phase) % hosts;
        long to = first_of(region + 1, hosts, values);
        for (long v = first_of(region, hosts, values); v < to; v++)
            histogram[v] = counts[v] + (phase > 0 ? histogram[v] : 0);
        mpg_barrier();
    }
}

static void rank_together(struct keys *keys, long values, long iterations)
{
    int counts[VALUES], smaller[VALUES];

    for (long iteration = 0; iteration < iterations; iteration++) {
        change_key(keys, iteration, values);
        count_keys(keys, counts, values);
        add_counts(counts, values);
        for (long v = 0, sum = 0; v < values; v++) {
            smaller[v] = (int)sum;
            sum += histogram[v];
        }
        rank_keys(keys, smaller);
        if (iteration == iterations - 1)
            atomic_fetch_add(&checksum, sum_ranks(keys));
        mpg_barrier(); /* the histogram has been read; it may be written */
    }
}

/* Integers: equal or wrong. */
static const char *difference(const struct keys *keys, long values)
{
    static char text[128];
    int counts[VALUES];
    uint64_t ranks = sum_ranks(keys);

    count_keys(keys, counts, values);
    for (long v = 0; v < values; v++) {
        if (histogram[v] == counts[v])
            continue;
        snprintf(text, sizeof text, "value %ld was counted %d times, not %d", v,
                 histogram[v], counts[v]);
        return text;
    }
    if (checksum != ranks) {
        snprintf(text, sizeof text, "the ranks sum to %llu, not %llu",
                 (unsigned long long)checksum, (unsigned long long)ranks);
        return text;
    }
    return NULL;
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
    struct program program = {
        .name = "is",
        .about = "Integer sort: ranks keys by a histogram that hosts share.",
        .parameters = parameters,
    };
    read_arguments(&program, argc, argv);

    int host = mpg_host(), hosts = mpg_hosts();
    long first = first_of(host, hosts, count);
    struct keys keys =
        make_keys(first, first_of(host + 1, hosts, count) - first, values);

    char what[96];
    struct outcome outcome = {.what = what,
                              .shared = sizeof histogram + sizeof checksum};
    snprintf(what, sizeof what, "%ld keys, %ld values, %ld iterations", count,
             values, iterations);
    mpg_barrier();
    outcome.seconds = -seconds_now();
    rank_together(&keys, values, iterations);
    outcome.seconds += seconds_now();
    mpg_stats(&outcome.stats, sizeof outcome.stats);
    free_keys(&keys);
    if (host != 0)
        return 0;

    if (program.check) {
        struct keys all = make_keys(0, count, values);
        outcome.sequential = rank_alone(&all, values, iterations);
        outcome.wrong = difference(&all, values);
        free_keys(&all);
    }
    return report(&program, &outcome);
}

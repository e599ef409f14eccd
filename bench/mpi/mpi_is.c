/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * examples/is.c by hand in MPI: each process counts its own keys, and one
 * MPI_Allreduce of the histogram does what regions and barriers do there.
 */
#include "common.h"

#include "../../examples/is_keys.h"

static double rank_together(struct keys *keys, int *histogram, long values,
                            long iterations)
{
    int counts[VALUES], smaller[VALUES];
    MPI_Barrier(MPI_COMM_WORLD);
    double seconds = -seconds_now();
    for (long iteration = 0; iteration < iterations; iteration++) {
        change_key(keys, iteration, values);
        count_keys(keys, counts, values);
        MPI_Allreduce(counts, histogram, (int)values, MPI_INT, MPI_SUM,
                      MPI_COMM_WORLD);
        count_smaller(histogram, smaller, values);
        rank_keys(keys, smaller);
    }
    MPI_Barrier(MPI_COMM_WORLD);
    return seconds + seconds_now();
}

static void check(const int *histogram, uint64_t ranks, long count, long values,
                  long iterations, struct outcome *outcome)
{
    int right[VALUES];
    struct keys all = make_keys(0, count, values);
    outcome->sequential = rank_alone(&all, values, iterations);
    count_keys(&all, right, values);
    if (memcmp(histogram, right, (size_t)values * sizeof *right) != 0)
        outcome->wrong = "keys were counted wrongly";
    else if (sum_ranks(&all) != ranks)
        outcome->wrong = "ranks are wrong";
    free_keys(&all);
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

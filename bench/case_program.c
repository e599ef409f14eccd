/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * A whole program: successive over-relaxation as in examples/, whose functions
 * these are, beside its sequential computation, run by run.
 */
#define main sor_main
#define ROWS 2048
#define COLS 2048
#include "../examples/sor.c"
#undef main

#include "bench.h"

enum { ROUNDS = 7, SOR_SWEEPS = 100 };

static double sweep_plain(struct plain *plain)
{
    double start = now_us();
    for (long s = 0; s < SOR_SWEEPS; s++) {
        plain_half(plain, 0, ROWS, HALF);
        plain_half(plain, 1, ROWS, HALF);
    }
    return now_us() - start;
}

static void run_sor(const struct bench_case *c, struct result *result)
{
    (void)c;
    int host = mpg_host(), hosts = mpg_hosts();
    long from = first_of(host, hosts, ROWS),
         to = first_of(host + 1, hosts, ROWS);
    initialise(from, to, COLS);
    struct plain plain = {{NULL, NULL}, 0};
    if (host == 0)
        plain = compute_plain(ROWS, COLS, 0);
    for (int round = 0; round < ROUNDS; round++) {
        mpg_barrier();
        double start = now_us();
        sweep(from > 0 ? from : 1, to < ROWS ? to : ROWS - 1, HALF, SOR_SWEEPS);
        double between = now_us();
        if (host != 0)
            continue;
        samples_add(&result->ours, between - start);
        samples_add(&result->yardstick, sweep_plain(&plain));
    }
    free(plain.colour[0]);
    free(plain.colour[1]);
    mpg_barrier();
}

const struct bench_case program_cases[] = {
    {"sor_2048_2hosts", "SOR 2048 x 2048, 100 sweeps, on 2 hosts",
     "sor_sequential", 2, RATIO_SPEED, run_sor, 0, 0},
    {0},
};

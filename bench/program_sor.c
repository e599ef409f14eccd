/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * SOR, also with more hosts than cores, where the ideal is the time of as many
 * hosts as there are cores.
 */
#define main sor_main
#define ROWS 2048
#define COLS 2048
#include "../examples/sor.c"
#undef main

#include <unistd.h>

#include "program.h"

enum { SHORT_ROUNDS = 7 };

static double sweep_plain(const struct plain *plain, long sweeps)
{
    double start = now_us();
    for (long s = 0; s < sweeps; s++) {
        plain_half(plain, 0, ROWS, HALF);
        plain_half(plain, 1, ROWS, HALF);
    }
    return now_us() - start;
}

void run_sor(const struct bench_case *c, struct result *result)
{
    int host = mpg_host(), hosts = mpg_hosts();
    long from = first_of(host, hosts, ROWS),
         to = first_of(host + 1, hosts, ROWS);
    int rounds = c->size > 100 ? PROGRAM_ROUNDS : SHORT_ROUNDS;
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    if (c->variant && hosts != c->variant * cores) {
        result->note = "this machine has another number of cores";
        return;
    }
    initialise(from, to, COLS);
    struct plain plain = {{NULL, NULL}, 0};
    if (host == 0)
        plain = compute_plain(ROWS, COLS, 0);
    for (int round = 0; round < rounds; round++) {
        mpg_barrier();
        double start = now_us();
        sweep(from > 0 ? from : 1, to < ROWS ? to : ROWS - 1, HALF, c->size);
        double between = now_us();
        if (host != 0)
            continue;
        samples_add(&result->ours, between - start);
        samples_add(&result->yardstick, sweep_plain(&plain, c->size) /
                                            (double)(c->variant ? cores : 1));
    }
    if (host == 0) {
        must_be_right(c->name, difference(&plain, ROWS, COLS));
        free(plain.colour[0]);
        free(plain.colour[1]);
    }
    mpg_barrier();
}

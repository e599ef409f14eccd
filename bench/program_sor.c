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

struct plain_sweeps {
    struct plain plain;
    long count;
};

static double sweep_plain(void *context)
{
    const struct plain_sweeps *sweeps = context;
    double start = now_us();
    for (long s = 0; s < sweeps->count; s++) {
        plain_half(&sweeps->plain, 0, ROWS, HALF);
        plain_half(&sweeps->plain, 1, ROWS, HALF);
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
    struct plain_sweeps sweeps = {compute_plain(ROWS, COLS, 0), c->size};
    for (int round = 0; round < rounds; round++) {
        mpg_barrier();
        double start = now_us();
        sweep(from > 0 ? from : 1, to < ROWS ? to : ROWS - 1, HALF, c->size);
        samples_add(&result->ours, now_us() - start);
        samples_add(&result->yardstick, alone_us(sweep_plain, &sweeps) /
                                            (double)(c->variant ? cores : 1));
    }
    if (host < 2)
        must_be_right(c->name, difference(&sweeps.plain, ROWS, COLS));
    free(sweeps.plain.colour[0]);
    free(sweeps.plain.colour[1]);
    mpg_barrier();
}

/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * IS: keys of each host's own, a histogram that they share.
 */
#define main is_main
#include "../examples/is.c"
#undef main

#include "program.h"

#define KEYS (1l << 25)

struct ranking {
    struct keys keys;
    long iterations;
};

static double rank_plain(void *context)
{
    struct ranking *ranking = context;
    return 1e6 * rank_alone(&ranking->keys, VALUES, ranking->iterations);
}

void run_is(const struct bench_case *c, struct result *result)
{
    int host = mpg_host(), hosts = mpg_hosts();
    long first = first_of(host, hosts, KEYS);
    struct keys keys =
        make_keys(first, first_of(host + 1, hosts, KEYS) - first, VALUES);
    struct ranking all = {make_keys(0, KEYS, VALUES), c->size};
    for (int round = 0; round < PROGRAM_ROUNDS; round++) {
        if (host == 0)
            checksum = 0;
        mpg_barrier();
        double start = now_us();
        rank_together(&keys, VALUES, c->size);
        samples_add(&result->ours, now_us() - start);
        samples_add(&result->yardstick, alone_us(rank_plain, &all));
    }
    must_be_right(c->name, difference(&all.keys, VALUES));
    free_keys(&all.keys);
    free_keys(&keys);
    mpg_barrier();
}

/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * IS: keys of each host's own, a histogram that they share.
 */
#define main is_main
#include "../examples/is.c"
#undef main

#include "program.h"

#define KEYS (1l << 25)

void run_is(const struct bench_case *c, struct result *result)
{
    int host = mpg_host(), hosts = mpg_hosts();
    long first = first_of(host, hosts, KEYS);
    struct keys all = {0};
    struct keys keys =
        make_keys(first, first_of(host + 1, hosts, KEYS) - first, VALUES);
    if (host == 0)
        all = make_keys(0, KEYS, VALUES);
    for (int round = 0; round < PROGRAM_ROUNDS; round++) {
        if (host == 0)
            checksum = 0;
        mpg_barrier();
        double start = now_us();
        rank_together(&keys, VALUES, c->size);
        if (host != 0)
            continue;
        samples_add(&result->ours, now_us() - start);
        samples_add(&result->yardstick,
                    1e6 * rank_alone(&all, VALUES, c->size));
    }
    if (host == 0) {
        must_be_right(c->name, difference(&all, VALUES));
        free_keys(&all);
    }
    free_keys(&keys);
    mpg_barrier();
}

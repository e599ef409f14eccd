/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * TSP.  The queue moves as a whole with its lock: it has room for as many tours
 * as are worth it.
 */
#define main  tsp_main
#define TOURS 1024
#include "../examples/tsp.c"
#undef main

#include "program.h"

struct plain_search {
    long level;
    int length;
};

static double search_plain(void *context)
{
    struct plain_search *search = context;
    return 1e6 * search_alone(search->level, &search->length);
}

void run_tsp(const struct bench_case *c, struct result *result)
{
    struct plain_search search = {c->size, 0};
    cities = 21;
    make_map(57);
    for (int round = 0; round < PROGRAM_ROUNDS; round++) {
        if (mpg_host() == 0) {
            prepare_queue();
            go_nearest(&(struct search){&shortest, &best, 1});
        }
        mpg_barrier();
        double start = now_us();
        search_together(c->size);
        samples_add(&result->ours, now_us() - start);
        samples_add(&result->yardstick, alone_us(search_plain, &search));
        must_be_right(c->name, difference(search.length));
        mpg_barrier();
    }
}

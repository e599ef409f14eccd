/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * WATER, 16 molecules a minipage.
 */
#define main      water_main
#define MOLECULES 8000 /* 20 x 20 x 20: they fill the box */
#define K         16
#include "../examples/water.c"
#undef main

#include "program.h"

static void begin(long steps)
{
    int host = mpg_host(), hosts = mpg_hosts();
    for (long i = first_of(host, hosts, MOLECULES);
         i < first_of(host + 1, hosts, MOLECULES); i++)
        set_up(&molecules[i], i, MOLECULES);
    for (long step = 0; host == 0 && step <= steps; step++)
        energies[step] = (struct energy){0, 0};
    mpg_barrier();
}

struct plain_steps {
    struct molecule *all;
    struct energy energy[STEPS_MAX + 1];
    long count;
};

static double simulate_plain(void *context)
{
    struct plain_steps *steps = context;
    for (long i = 0; i < MOLECULES; i++)
        set_up(&steps->all[i], i, MOLECULES);
    for (long step = 0; step <= steps->count; step++)
        steps->energy[step] = (struct energy){0, 0};
    return 1e6 *
           simulate_alone(steps->all, steps->energy, MOLECULES, steps->count);
}

void run_water(const struct bench_case *c, struct result *result)
{
    struct scene scene = make_scene(MOLECULES);
    struct plain_steps steps = {
        .all = private_alloc(MOLECULES * sizeof *steps.all), .count = c->size};
    for (int round = 0; round < PROGRAM_ROUNDS; round++) {
        begin(c->size);
        double start = now_us();
        simulate_together(&scene, MOLECULES, c->size);
        samples_add(&result->ours, now_us() - start);
        samples_add(&result->yardstick, alone_us(simulate_plain, &steps));
        must_be_right(c->name, position_difference(steps.all, MOLECULES));
        must_be_right(c->name, energy_difference(steps.energy, c->size));
        mpg_barrier();
    }
    free(steps.all);
    free_scene(&scene);
}

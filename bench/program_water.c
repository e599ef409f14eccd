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

void run_water(const struct bench_case *c, struct result *result)
{
    struct scene scene = make_scene(MOLECULES);
    struct molecule *all = private_alloc(MOLECULES * sizeof *all);
    for (int round = 0; round < PROGRAM_ROUNDS; round++) {
        struct energy energy[STEPS_MAX + 1] = {{0, 0}};
        begin(c->size);
        double start = now_us();
        simulate_together(&scene, MOLECULES, c->size);
        if (mpg_host() == 0) {
            samples_add(&result->ours, now_us() - start);
            for (long i = 0; i < MOLECULES; i++)
                set_up(&all[i], i, MOLECULES);
            samples_add(&result->yardstick,
                        1e6 * simulate_alone(all, energy, MOLECULES, c->size));
            must_be_right(c->name, position_difference(all, MOLECULES));
            must_be_right(c->name, energy_difference(energy, c->size));
        }
        mpg_barrier();
    }
    free(all);
    free_scene(&scene);
}

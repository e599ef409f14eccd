/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Whole programs, those of examples/, beside their sequential computations on
 * each of the two processors, run by run.
 */
#include <stdio.h>
#include <stdlib.h>

#include "millipage.h"
#include "program.h"

enum { PROCESSORS = 2 };

#pragma millipage shared granularity(element)
static double times[PROCESSORS];

double alone_us(double (*compute)(void *), void *context)
{
    double sum = 0;
    for (int turn = 0; turn < PROCESSORS; turn++) {
        mpg_barrier();
        if (mpg_host() == turn)
            times[turn] = compute(context);
    }
    mpg_barrier();
    for (int turn = 0; turn < PROCESSORS; turn++)
        sum += times[turn];
    return sum / PROCESSORS;
}

void must_be_right(const char *name, const char *difference)
{
    if (!difference)
        return;
    fprintf(stderr, "mpgbench: %s: %s\n", name, difference);
    exit(1);
}

#define PROGRAM(name, what, hosts, ratio, run, size)                           \
    {name, what, "sequential", hosts, ratio, run, size, 0, NULL, NULL}

const struct bench_case program_cases[] = {
    PROGRAM("sor_2048_2hosts", "SOR 2048 x 2048, 100 sweeps", 2, RATIO_SPEED,
            run_sor, 100),
    PROGRAM("sor_2hosts", "SOR 2048 x 2048, 1000 sweeps", 2, RATIO_SPEED,
            run_sor, 1000),
    PROGRAM("is_2hosts", "IS, 2^25 keys, 120 rankings", 2, RATIO_SPEED, run_is,
            120),
    PROGRAM("water_2hosts", "WATER, 8000 molecules, a step", 2, RATIO_SPEED,
            run_water, 1),
    PROGRAM("lu_2hosts", "LU 4096 x 4096 in blocks of 128 x 128", 2,
            RATIO_SPEED, run_lu, 0),
    PROGRAM("tsp_2hosts", "TSP, 21 cities, level 15, 1024 tours", 2,
            RATIO_SPEED, run_tsp, 15),
    {"oversubscribed_sor_4hosts", "SOR as above, 2 hosts a core",
     "sequential_over_cores", 4, RATIO_TIME, run_sor, 100, 2, NULL, NULL},
    {0},
};

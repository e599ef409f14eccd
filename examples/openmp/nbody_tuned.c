/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * nbody.c with one pragma, for the places.
 *
 * Every thread reads all places in every step, and each has changed.  They
 * are 128 KiB by default, 32 pages, of which a host needs all that are not its
 * own: with two hosts 16 requests a step.  Minipages of 16 KiB make it four.
 * Greater ones would save more of them, but a minipage should not have
 * places of two hosts, which would take it from each other all the time.
 */
#include "common.h"

#include <math.h>

struct place {
    double x, y, z, mass;
};

struct velocity {
    double x, y, z;
};

static const double softening = 1e-3; /* nobody comes infinitely near */
static const double time_step = 1e-3;

static void make_body(struct place *place, struct velocity *velocity, long i)
{
    uint64_t seed = (uint64_t)i * 7;

    place->x = random_unit(seed) - 0.5;
    place->y = random_unit(seed + 1) - 0.5;
    place->z = random_unit(seed + 2) - 0.5;
    place->mass = random_unit(seed + 3) + 0.5;
    velocity->x = (random_unit(seed + 4) - 0.5) * 0.1;
    velocity->y = (random_unit(seed + 5) - 0.5) * 0.1;
    velocity->z = (random_unit(seed + 6) - 0.5) * 0.1;
}

/* The masses sum to about one whatever their number. */
static void accelerate(const struct place *place, long bodies, long i,
                       struct velocity *velocity)
{
    double ax = 0, ay = 0, az = 0;

    for (long j = 0; j < bodies; j++) {
        double dx = place[j].x - place[i].x;
        double dy = place[j].y - place[i].y;
        double dz = place[j].z - place[i].z;
        double square = dx * dx + dy * dy + dz * dz + softening;
        double pull = place[j].mass / (square * sqrt(square));
        ax += pull * dx;
        ay += pull * dy;
        az += pull * dz;
    }
    velocity->x += ax * time_step / (double)bodies;
    velocity->y += ay * time_step / (double)bodies;
    velocity->z += az * time_step / (double)bodies;
}

static void move(struct place *place, const struct velocity *velocity)
{
    place->x += velocity->x * time_step;
    place->y += velocity->y * time_step;
    place->z += velocity->z * time_step;
}

/* All velocities first, from the places as they are; then all places. */
static void simulate(struct place *place, struct velocity *velocity,
                     long bodies, long steps)
{
#pragma omp parallel
    for (long s = 0; s < steps; s++) {
#pragma omp for schedule(static)
        for (long i = 0; i < bodies; i++)
            accelerate(place, bodies, i, &velocity[i]);
#pragma omp for schedule(static)
        for (long i = 0; i < bodies; i++)
            move(&place[i], &velocity[i]);
    }
}

static void simulate_alone(struct place *place, struct velocity *velocity,
                           long bodies, long steps)
{
    for (long s = 0; s < steps; s++) {
        for (long i = 0; i < bodies; i++)
            accelerate(place, bodies, i, &velocity[i]);
        for (long i = 0; i < bodies; i++)
            move(&place[i], &velocity[i]);
    }
}

static const char *check(const struct place *result, long bodies, long steps,
                         double *seconds)
{
    struct place *place = malloc((size_t)bodies * sizeof *place);
    struct velocity *velocity = malloc((size_t)bodies * sizeof *velocity);
    const char *wrong = NULL;

    need(place);
    need(velocity);
    for (long i = 0; i < bodies; i++)
        make_body(&place[i], &velocity[i], i);
    *seconds = -seconds_now();
    simulate_alone(place, velocity, bodies, steps);
    *seconds += seconds_now();
    for (long i = 0; i < bodies; i++)
        if (memcmp(&place[i], &result[i], sizeof place[i]) != 0)
            wrong = "wrong: a body is not where it should be";
    free(place);
    free(velocity);
    return wrong;
}

int main(int argc, char **argv)
{
    long bodies = 4096, steps = 20;
    const struct parameter parameters[] = {
        {"BODIES", &bodies, 2, 1000000, "bodies"},
        {"STEPS", &steps, 0, 1000000, "steps of time"},
        {0},
    };
    struct program program = {
        .name = "nbody",
        .about = "Bodies that attract each other, all pairs.",
        .parameters = parameters,
    };
    read_arguments(&program, argc, argv);

#pragma millipage shared granularity(16384)
    struct place *place = malloc((size_t)bodies * sizeof *place);
    struct velocity *velocity = malloc((size_t)bodies * sizeof *velocity);
    need(place);
    need(velocity);
#pragma omp parallel for schedule(static)
    for (long i = 0; i < bodies; i++)
        make_body(&place[i], &velocity[i], i);

    double seconds = -seconds_now(), sequential = 0;
    simulate(place, velocity, bodies, steps);
    seconds += seconds_now();

    double x = 0, y = 0, z = 0, mass = 0;
    for (long i = 0; i < bodies; i++) {
        x += place[i].mass * place[i].x;
        y += place[i].mass * place[i].y;
        z += place[i].mass * place[i].z;
        mass += place[i].mass;
    }
    const char *wrong = NULL;
    if (program.check)
        wrong = check(place, bodies, steps, &sequential);
    free(place);
    free(velocity);
    return report(&program, seconds, sequential, wrong,
                  "%ld bodies, %ld steps: centre (%.9f, %.9f, %.9f)", bodies,
                  steps, x / mass, y / mass, z / mass);
}

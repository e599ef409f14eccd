/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Molecular dynamics of water, every molecule against every other one within
 * half the box.  water.h has the physics.
 *
 * A molecule is an element of 672 bytes.  In a time step every host moves its
 * own molecules; then it reads all of them, and adds the forces it has found
 * to those of others, under their lock.  Reading wants large minipages, adding
 * wants small ones: K molecules share a minipage and a lock, -DK=16 when
 * compiling.  (MILLIPAGE_GRANULARITY="molecules=element,16" when starting makes
 * the minipages as large, but leaves each molecule its lock.)
 */
#include "water.h"
#include "common.h"

#ifndef MOLECULES
#define MOLECULES 512
#endif
#ifndef K
#define K 1
#endif
#define STEPS_MAX 1000

#pragma millipage shared granularity(element, K)
struct molecule molecules[MOLECULES];

/* Of the whole box, after each step; hosts add their parts under a lock. */
struct energy {
    double kinetic;
    double potential;
};

#pragma millipage shared
struct energy energies[STEPS_MAX + 1];

enum { ENERGY_LOCK = 0, MOLECULE_LOCK = 1 };

/* Molecules as they stand at the beginning of a step, and the forces found
 * in it; private to a host. */
struct scene {
    double (*position)[ATOMS][3];
    double (*centre)[3];
    double (*force)[ATOMS][3];
};

static double box_size(long count)
{
    return cbrt((double)count / 0.0333); /* the density of water */
}

/* On a lattice, at rest, turned at random; a little out of shape, so that the
 * springs have something to do. */
static void set_up(struct molecule *m, long index, long count)
{
    long side = (long)ceil(cbrt((double)count));
    double box = box_size(count), cell = box / (double)side;
    double site[3] = {(double)(index % side), (double)(index / side % side),
                      (double)(index / (side * side))};
    double turn = 2 * M_PI * random_unit((uint64_t)(4 * index));
    double height = 2 * random_unit((uint64_t)(4 * index + 1)) - 1;
    double wide = sqrt(1 - height * height);
    double along[3] = {wide * cos(turn), wide * sin(turn), height};
    double across[3] = {-sin(turn), cos(turn), 0};
    double bend = 0.98 + 0.04 * random_unit((uint64_t)(4 * index + 2));

    memset(m, 0, sizeof *m);
    for (int x = 0; x < 3; x++) {
        double oxygen = (site[x] + 0.5) * cell;
        m->motion[0][OXYGEN][x] = oxygen;
        m->motion[0][HYDROGEN_1][x] =
            oxygen + bend * (0.557 * along[x] + 0.845 * across[x]);
        m->motion[0][HYDROGEN_2][x] =
            oxygen + bend * (0.557 * along[x] - 0.845 * across[x]);
    }
}

static struct scene make_scene(long count)
{
    struct scene scene;

    scene.position = private_alloc((size_t)count * sizeof *scene.position);
    scene.centre = private_alloc((size_t)count * sizeof *scene.centre);
    scene.force = private_alloc((size_t)count * sizeof *scene.force);
    return scene;
}

static void free_scene(struct scene *scene)
{
    free(scene->position);
    free(scene->centre);
    free(scene->force);
}

static void look_at(struct scene *scene, long index, const struct molecule *m)
{
    memcpy(scene->position[index], m->motion[0], sizeof m->motion[0]);
    memcpy(scene->centre[index], m->centre, sizeof m->centre);
    memset(scene->force[index], 0, sizeof scene->force[index]);
}

static double pair_in_scene(struct scene *scene, long i, long j, double box)
{
    return molecule_pair(
        (const double(*)[3])scene->position[i], scene->centre[i],
        (const double(*)[3])scene->position[j], scene->centre[j], box,
        scene->force[i], scene->force[j]);
}

static void add_forces(struct molecule *m, double (*force)[3])
{
    for (int a = 0; a < ATOMS; a++)
        for (int x = 0; x < 3; x++)
            m->outer[a][x] += force[a][x];
}

/* Moves on, forgets the last step's forces of other molecules and sets those
 * from within.  Returns the energy of these. */
static double begin_step(struct molecule *m, double box)
{
    predict(m);
    place_in_box(m, box);
    memset(m->outer, 0, sizeof m->outer);
    return set_inner_forces(m);
}

/* Each pair is one host's: molecule i's with the half of the others that
 * follow it in a circle.  Returns the energy of this host's pairs. */
static double compute_pairs(struct scene *scene, long from, long to, long count,
                            double box)
{
    double energy = 0;

    for (long i = from; i < to; i++) {
        long partners = (count - 1) / 2;
        if (count % 2 == 0 && i < count / 2)
            partners++; /* the one opposite belongs to the first half */
        for (long d = 1; d <= partners; d++) {
            long j = i + d < count ? i + d : i + d - count;
            energy += pair_in_scene(scene, i, j, box);
        }
    }
    return energy;
}

/* Adds to the forces of the molecules that compute_pairs has met, beginning
 * with the own ones, so that hosts do not all begin with the same. */
static void share_forces(struct scene *scene, long from, long to, long count)
{
    long met = to - from + count / 2;

    if (from == to)
        return;
    if (met > count)
        met = count;
    for (long k = 0; k < met;) {
        unsigned lock = MOLECULE_LOCK + (unsigned)((from + k) % count / K);
        mpg_lock(lock);
        do {
            long i = (from + k++) % count;
            add_forces(&molecules[i], scene->force[i]);
        } while (k < met && (from + k) % count % K);
        mpg_unlock(lock);
    }
}

static void simulate_together(struct scene *scene, long count, long steps)
{
    int host = mpg_host(), hosts = mpg_hosts();
    long from = first_of(host, hosts, count);
    long to = first_of(host + 1, hosts, count);
    double box = box_size(count);

    /* Step 0 has no predecessor: from rest, it finds the accelerations. */
    for (long step = 0; step <= steps; step++) {
        struct energy energy = {0, 0};

        for (long i = from; i < to; i++)
            energy.potential += begin_step(&molecules[i], box);
        mpg_barrier();
        for (long i = 0; i < count; i++)
            look_at(scene, i, &molecules[i]);
        energy.potential += compute_pairs(scene, from, to, count, box);
        share_forces(scene, from, to, count);
        mpg_barrier();
        for (long i = from; i < to; i++) {
            correct(&molecules[i]);
            energy.kinetic += kinetic_energy(&molecules[i]);
        }
        mpg_lock(ENERGY_LOCK);
        energies[step].kinetic += energy.kinetic;
        energies[step].potential += energy.potential;
        mpg_unlock(ENERGY_LOCK);
    }
    mpg_barrier();
}

/* The sequential computation, on private molecules. */
static double simulate_alone(struct molecule *all, struct energy *energy,
                             long count, long steps)
{
    struct scene scene = make_scene(count);
    double box = box_size(count), seconds = -seconds_now();

    for (long step = 0; step <= steps; step++) {
        for (long i = 0; i < count; i++) {
            energy[step].potential += begin_step(&all[i], box);
            look_at(&scene, i, &all[i]);
        }
        for (long i = 0; i < count; i++)
            for (long j = i + 1; j < count; j++)
                energy[step].potential += pair_in_scene(&scene, i, j, box);
        for (long i = 0; i < count; i++) {
            add_forces(&all[i], scene.force[i]);
            correct(&all[i]);
            energy[step].kinetic += kinetic_energy(&all[i]);
        }
    }
    seconds += seconds_now();
    free_scene(&scene);
    return seconds;
}

/* The order in which hosts add forces is not fixed, so sums differ in their
 * last bits, some 1e-16 of them a step.  Over at most STEPS_MAX steps of
 * motion, the difference stays far below the tolerance; a force that was lost
 * or counted twice moves a molecule by more than it in one step. */
static const double tolerance = 1e-9;
static char text[160];

static const char *position_difference(const struct molecule *all, long count)
{
    for (long i = 0; i < count; i++) {
        for (int a = 0; a < ATOMS; a++) {
            for (int x = 0; x < 3; x++) {
                double ours = molecules[i].motion[0][a][x];
                double right = all[i].motion[0][a][x];
                if (fabs(ours - right) <= tolerance)
                    continue;
                snprintf(text, sizeof text,
                         "molecule %ld, atom %d, axis %d is at %.12g, must be "
                         "at %.12g",
                         i, a, x, ours, right);
                return text;
            }
        }
    }
    return NULL;
}

/* Against the sequential computation, and against nature: whatever potential
 * energy is lost must be found as kinetic energy.  Two parts in a hundred are
 * allowed for the first steps, which begin without derivatives. */
static const char *energy_difference(const struct energy *energy, long steps)
{
    double first = energies[0].kinetic + energies[0].potential, scale = 0;

    for (long step = 0; step <= steps; step++) {
        double ours = energies[step].kinetic + energies[step].potential;
        double right = energy[step].kinetic + energy[step].potential;
        scale = fmax(scale, energies[step].kinetic);
        scale = fmax(scale, fabs(energies[step].potential));
        if (fabs(ours - right) > tolerance * scale) {
            snprintf(text, sizeof text,
                     "after step %ld the energy is %.12g, must be %.12g", step,
                     ours, right);
            return text;
        }
        if (fabs(ours - first) > 0.02 * scale) {
            snprintf(text, sizeof text,
                     "the energy is not conserved: %.6g at first, %.6g after "
                     "step %ld",
                     first, ours, step);
            return text;
        }
    }
    return NULL;
}

int main(int argc, char **argv)
{
    long count = MOLECULES, steps = 5;
    const struct parameter parameters[] = {
        {"MOLECULES", &count, 2, MOLECULES, NULL, "molecules in the box"},
        {"STEPS", &steps, 0, STEPS_MAX, NULL, "time steps of 0.2 fs"},
        {0},
    };
    struct program program = {
        .name = "water",
        .about = "Molecular dynamics of water.",
        .parameters = parameters,
    };
    read_arguments(&program, argc, argv);

    int host = mpg_host(), hosts = mpg_hosts();
    struct scene scene = make_scene(count);
    for (long i = first_of(host, hosts, count);
         i < first_of(host + 1, hosts, count); i++)
        set_up(&molecules[i], i, count);

    char what[96];
    struct outcome outcome = {.what = what,
                              .shared = sizeof molecules + sizeof energies};
    snprintf(what, sizeof what, "%ld molecules, %ld steps", count, steps);
    mpg_barrier();
    outcome.seconds = -seconds_now();
    simulate_together(&scene, count, steps);
    outcome.seconds += seconds_now();
    mpg_stats(&outcome.stats, sizeof outcome.stats);
    free_scene(&scene);
    if (host != 0)
        return 0;

    if (program.check) {
        struct molecule *all = private_alloc((size_t)count * sizeof *all);
        struct energy *energy =
            private_alloc((size_t)(steps + 1) * sizeof *energy);
        for (long i = 0; i < count; i++)
            set_up(&all[i], i, count);
        outcome.sequential = simulate_alone(all, energy, count, steps);
        outcome.wrong = position_difference(all, count);
        if (!outcome.wrong)
            outcome.wrong = energy_difference(energy, steps);
        free(all);
        free(energy);
    }
    return report(&program, &outcome);
}

/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * The physics of water.c: flexible water molecules with three atoms, and what
 * one or two of them need to have computed.  It knows nothing of hosts: the
 * hosts use it on shared molecules, the sequential computation on private
 * ones.
 *
 * Within a molecule three springs hold the atoms; between molecules act the
 * charges of all atoms and a Lennard-Jones force between the oxygens (the
 * constants are those of the SPC/Fw model).  The box is periodic.  The force
 * between molecules is faded out before half the box, energy and force alike,
 * so that the total energy is conserved; a test of the whole.
 *
 * Units: angstrom, femtosecond, atomic mass unit.
 */
#ifndef EXAMPLES_WATER_H
#define EXAMPLES_WATER_H

#include <math.h>

enum { OXYGEN, HYDROGEN_1, HYDROGEN_2, ATOMS };
enum { ORDERS = 7 }; /* the position and its first six derivatives */

struct molecule {
    double centre[3];                /* of mass, inside the box */
    double motion[ORDERS][ATOMS][3]; /* motion[d] is the derivative of order d
                                        times step^d / d! */
    double inner[ATOMS][3];          /* forces of the springs */
    double outer[ATOMS][3];          /* forces of the other molecules */
};
_Static_assert(sizeof(struct molecule) == 672, "a molecule has 672 bytes");

static const double time_step = 0.2;
static const double kcal = 4.184e-4; /* per mole, in our units */
static const double mass[ATOMS] = {15.9994, 1.008, 1.008};
static const double mass_sum = 15.9994 + 2 * 1.008;
static const double charge[ATOMS] = {-0.82, 0.41, 0.41};

/* The predictor: all derivatives carried on by one time step, which in this
 * scaling is Pascal's triangle. */
static inline void predict(struct molecule *m)
{
    for (int from = 0; from < ORDERS - 1; from++)
        for (int d = ORDERS - 2; d >= from; d--)
            for (int a = 0; a < ATOMS; a++)
                for (int x = 0; x < 3; x++)
                    m->motion[d][a][x] += m->motion[d + 1][a][x];
}

/* The corrector (Gear): the acceleration that the forces give, against the
 * predicted one, corrects every derivative by its share. */
static inline void correct(struct molecule *m)
{
    static const double share[ORDERS] = {863.0 / 6048, 665.0 / 1008, 1.0,
                                         25.0 / 36,    35.0 / 144,   1.0 / 24,
                                         1.0 / 360};

    for (int a = 0; a < ATOMS; a++) {
        double factor = 0.5 * time_step * time_step / mass[a];
        for (int x = 0; x < 3; x++) {
            double change =
                factor * (m->inner[a][x] + m->outer[a][x]) - m->motion[2][a][x];
            for (int d = 0; d < ORDERS; d++)
                m->motion[d][a][x] += share[d] * change;
        }
    }
}

/* Keeps the molecule inside the box, in one piece, and notes its centre. */
static inline void place_in_box(struct molecule *m, double box)
{
    for (int x = 0; x < 3; x++) {
        double centre = 0;
        for (int a = 0; a < ATOMS; a++)
            centre += mass[a] * m->motion[0][a][x];
        centre /= mass_sum;
        double shift = -box * floor(centre / box);
        for (int a = 0; a < ATOMS; a++)
            m->motion[0][a][x] += shift;
        m->centre[x] = centre + shift;
    }
}

static inline double kinetic_energy(const struct molecule *m)
{
    double energy = 0;

    for (int a = 0; a < ATOMS; a++)
        for (int x = 0; x < 3; x++) {
            double velocity = m->motion[1][a][x] / time_step;
            energy += 0.5 * mass[a] * velocity * velocity;
        }
    return energy;
}

/* A spring between two atoms; returns its energy. */
static inline double spring(struct molecule *m, int a, int b, double length,
                            double stiffness)
{
    double between[3], square = 0;

    for (int x = 0; x < 3; x++) {
        between[x] = m->motion[0][a][x] - m->motion[0][b][x];
        square += between[x] * between[x];
    }
    double distance = sqrt(square), stretch = distance - length;
    for (int x = 0; x < 3; x++) {
        double force = -stiffness * stretch * between[x] / distance;
        m->inner[a][x] += force;
        m->inner[b][x] -= force;
    }
    return 0.5 * stiffness * stretch * stretch;
}

/* Sets the forces within a molecule; returns their energy. */
static inline double set_inner_forces(struct molecule *m)
{
    for (int a = 0; a < ATOMS; a++)
        for (int x = 0; x < 3; x++)
            m->inner[a][x] = 0;
    return spring(m, OXYGEN, HYDROGEN_1, 1.012, 1059.162 * kcal) +
           spring(m, OXYGEN, HYDROGEN_2, 1.012, 1059.162 * kcal) +
           spring(m, HYDROGEN_1, HYDROGEN_2, 1.690, 244.8 * kcal);
}

/* One atom of each of two molecules, `between` apart: adds the force on the
 * first, and its opposite on the second; returns the energy. */
static inline double atom_pair(int a, int b, const double *between,
                               double *force)
{
    double square = between[0] * between[0] + between[1] * between[1] +
                    between[2] * between[2];
    double electric = 332.06371 * kcal * charge[a] * charge[b] / sqrt(square);
    double energy = electric, per_square = electric;

    if (a == OXYGEN && b == OXYGEN) {
        double ratio = 3.165492 * 3.165492 / square;
        double sixth = ratio * ratio * ratio;
        double depth = 4 * 0.1554253 * kcal;
        energy += depth * (sixth * sixth - sixth);
        per_square += depth * (12 * sixth * sixth - 6 * sixth);
    }
    for (int x = 0; x < 3; x++)
        force[x] = per_square / square * between[x];
    return energy;
}

/* Two molecules: adds the forces they exert on each other to `on_first` and
 * `on_second`; returns the energy.  Only positions and centres are read. */
static inline double
molecule_pair(const double (*first)[3], const double *first_centre,
              const double (*second)[3], const double *second_centre,
              double box, double (*on_first)[3], double (*on_second)[3])
{
    double image[3], apart[3], square = 0, energy = 0;
    double end = 0.25 * box * box, begin = 0.64 * end, fade = 1, slope = 0;

    for (int x = 0; x < 3; x++) {
        apart[x] = first_centre[x] - second_centre[x];
        image[x] = -box * rint(apart[x] / box);
        apart[x] += image[x];
        square += apart[x] * apart[x];
    }
    if (square >= end)
        return 0;
    if (square > begin) {
        double t = (square - begin) / (end - begin);
        fade = 1 - t * t * (3 - 2 * t);
        slope = -6 * t * (1 - t) * 2 / (end - begin);
    }
    for (int a = 0; a < ATOMS; a++) {
        for (int b = 0; b < ATOMS; b++) {
            double between[3], force[3];
            for (int x = 0; x < 3; x++)
                between[x] = first[a][x] - second[b][x] + image[x];
            energy += atom_pair(a, b, between, force);
            for (int x = 0; x < 3; x++) {
                on_first[a][x] += fade * force[x];
                on_second[b][x] -= fade * force[x];
            }
        }
    }
    /* Fading depends on the distance of the centres: a force on these, which
     * the atoms bear in proportion to their masses. */
    for (int a = 0; a < ATOMS; a++)
        for (int x = 0; x < 3; x++) {
            double force = -energy * slope * apart[x] * mass[a] / mass_sum;
            on_first[a][x] += force;
            on_second[a][x] -= force;
        }
    return fade * energy;
}

#endif

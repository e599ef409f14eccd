/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * The shape of a shock hydrodynamics code: one large structure of pointers to
 * arrays, handed by pointer to every function; regions in the leaves of the
 * call tree; elements gather from their eight nodes and scatter to corner
 * arrays that nodes sum up by lists; a time step from minima that each thread
 * finds into its place of an array; boundary conditions by index lists; an
 * error path that ends in exit; temporaries that are allocated each step.
 */
#include <math.h>
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>

struct domain {
    int side, elements, nodes;
    double *x, *y, *z, *vx, *vy, *vz, *fx, *fy, *fz, *mass;
    double *energy, *pressure, *viscosity, *volume, *reference, *element_mass;
    int (*corners)[8];
    int *first_corner, *corner_list; /* of each node */
    int *fixed[3], fixed_count[3];
    double dt, time;
    int cycle;
};

static void *allocate(int count, size_t bytes)
{
    void *got = calloc((size_t)count, bytes);
    if (!got) {
        fprintf(stderr, "no memory\n");
        exit(1);
    }
    return got;
}

static double volume_of(const double x[8], const double y[8], const double z[8])
{
    static const int faces[6][4] = {{0, 1, 2, 3}, {7, 6, 5, 4}, {0, 4, 5, 1},
                                    {1, 5, 6, 2}, {2, 6, 7, 3}, {3, 7, 4, 0}};
    double sum = 0;
    for (int f = 0; f < 6; f++)
        for (int t = 1; t < 3; t++) {
            int a = faces[f][0], b = faces[f][t], c = faces[f][t + 1];
            sum -= x[a] * (y[b] * z[c] - z[b] * y[c]) +
                   y[a] * (z[b] * x[c] - x[b] * z[c]) +
                   z[a] * (x[b] * y[c] - y[b] * x[c]);
        }
    return fabs(sum) / 6;
}

static void gather(const struct domain *d, const int *nodes, double x[8],
                   double y[8], double z[8])
{
    for (int c = 0; c < 8; c++) {
        x[c] = d->x[nodes[c]];
        y[c] = d->y[nodes[c]];
        z[c] = d->z[nodes[c]];
    }
}

static void setup(struct domain *d, int side)
{
    int n = side + 1;
    d->side = side;
    d->elements = side * side * side;
    d->nodes = n * n * n;
    double **of_nodes[] = {&d->x,  &d->y,  &d->z,  &d->vx, &d->vy,
                           &d->vz, &d->fx, &d->fy, &d->fz, &d->mass};
    double **of_elements[] = {&d->energy, &d->pressure,  &d->viscosity,
                              &d->volume, &d->reference, &d->element_mass};
    for (size_t i = 0; i < sizeof of_nodes / sizeof *of_nodes; i++)
        *of_nodes[i] = allocate(d->nodes, sizeof(double));
    for (size_t i = 0; i < sizeof of_elements / sizeof *of_elements; i++)
        *of_elements[i] = allocate(d->elements, sizeof(double));
    d->corners = allocate(d->elements, sizeof *d->corners);
    d->first_corner = allocate(d->nodes + 1, sizeof(int));
    d->corner_list = allocate(8 * d->elements, sizeof(int));
#pragma omp parallel for collapse(3)
    for (int k = 0; k < n; k++)
        for (int j = 0; j < n; j++)
            for (int i = 0; i < n; i++) {
                int node = (k * n + j) * n + i;
                d->x[node] = 1.125 * i / side;
                d->y[node] = 1.125 * j / side;
                d->z[node] = 1.125 * k / side;
            }
    for (int e = 0; e < d->elements; e++) {
        int i = e % side, j = e / side % side, k = e / side / side,
            base = (k * n + j) * n + i;
        int at[8] = {0,     1,         n + 1,         n,
                     n * n, n * n + 1, n * n + n + 1, n * n + n};
        for (int c = 0; c < 8; c++) {
            d->corners[e][c] = base + at[c];
            d->first_corner[base + at[c] + 1]++;
        }
    }
    for (int node = 0; node < d->nodes; node++)
        d->first_corner[node + 1] += d->first_corner[node];
    int *used = allocate(d->nodes, sizeof(int));
    for (int e = 0; e < d->elements; e++)
        for (int c = 0; c < 8; c++) {
            int node = d->corners[e][c];
            d->corner_list[d->first_corner[node] + used[node]++] = 8 * e + c;
        }
    free(used);
    for (int axis = 0; axis < 3; axis++) {
        int stride[3] = {1, n, n * n};
        d->fixed[axis] = allocate(n * n, sizeof(int));
        for (int node = 0; node < d->nodes; node++)
            if (node / stride[axis] % n == 0)
                d->fixed[axis][d->fixed_count[axis]++] = node;
    }
#pragma omp parallel for
    for (int e = 0; e < d->elements; e++) {
        double x[8], y[8], z[8];
        gather(d, d->corners[e], x, y, z);
        d->reference[e] = d->volume[e] = d->element_mass[e] =
            volume_of(x, y, z);
    }
#pragma omp parallel for
    for (int node = 0; node < d->nodes; node++)
        for (int l = d->first_corner[node]; l < d->first_corner[node + 1]; l++)
            d->mass[node] += d->element_mass[d->corner_list[l] / 8] / 8;
    d->energy[0] = 3;
    d->dt = 1e-3;
}

static void forces(struct domain *d)
{
    int count = d->elements;
    double(*corner_force)[3] = malloc(sizeof *corner_force * 8 * (size_t)count);
#pragma omp parallel for firstprivate(count)
    for (int e = 0; e < count; e++) {
        double x[8], y[8], z[8], centre[3] = {0};
        double stress = d->pressure[e] + d->viscosity[e];
        gather(d, d->corners[e], x, y, z);
        for (int c = 0; c < 8; c++) {
            centre[0] += x[c] / 8;
            centre[1] += y[c] / 8;
            centre[2] += z[c] / 8;
        }
        double area = cbrt(d->volume[e]);
        area *= area / 4;
        for (int c = 0; c < 8; c++) {
            double *f = corner_force[8 * e + c];
            f[0] = stress * area * (x[c] > centre[0] ? 1 : -1);
            f[1] = stress * area * (y[c] > centre[1] ? 1 : -1);
            f[2] = stress * area * (z[c] > centre[2] ? 1 : -1);
        }
    }
#pragma omp parallel for firstprivate(corner_force)
    for (int node = 0; node < d->nodes; node++) {
        double sum[3] = {0};
        for (int l = d->first_corner[node]; l < d->first_corner[node + 1]; l++)
            for (int axis = 0; axis < 3; axis++)
                sum[axis] += corner_force[d->corner_list[l]][axis];
        d->fx[node] = sum[0];
        d->fy[node] = sum[1];
        d->fz[node] = sum[2];
    }
    free(corner_force);
}

static void move(struct domain *d)
{
    double dt = d->dt, *force[3] = {d->fx, d->fy, d->fz};
    double *velocity[3] = {d->vx, d->vy, d->vz}, *place[3] = {d->x, d->y, d->z};
#pragma omp parallel
    {
        for (int axis = 0; axis < 3; axis++) {
#pragma omp for nowait
            for (int i = 0; i < d->fixed_count[axis]; i++)
                force[axis][d->fixed[axis][i]] = 0;
        }
#pragma omp barrier
        for (int axis = 0; axis < 3; axis++) {
            double *v = velocity[axis], *p = place[axis], *f = force[axis];
#pragma omp for nowait schedule(static)
            for (int node = 0; node < d->nodes; node++) {
                v[node] += dt * f[node] / d->mass[node];
                if (fabs(v[node]) < 1e-7)
                    v[node] = 0;
                p[node] += dt * v[node];
            }
        }
    }
}

static void elements(struct domain *d)
{
    int threads = omp_get_max_threads(), bad = -1;
    double *least = malloc((size_t)threads * sizeof *least), dt = 1e20;
#pragma omp parallel
    {
        double mine = 1e20;
#pragma omp for
        for (int e = 0; e < d->elements; e++) {
            double x[8], y[8], z[8];
            gather(d, d->corners[e], x, y, z);
            double volume = volume_of(x, y, z), change = volume - d->volume[e];
            if (!(volume > 0)) {
#pragma omp atomic write
                bad = e;
                continue;
            }
            d->viscosity[e] = change < 0 ? 2 * change * change /
                                               (volume * d->dt * d->dt) * 1e-3
                                         : 0;
            d->energy[e] -= (d->pressure[e] + d->viscosity[e]) * change /
                            d->element_mass[e];
            if (d->energy[e] < 1e-12)
                d->energy[e] = 0;
            d->volume[e] = volume;
            d->pressure[e] = 2.0 / 3 * d->energy[e] * d->reference[e] / volume;
            double sound = sqrt(1e-9 + 1.1 * d->energy[e]),
                   step = 0.1 * cbrt(volume) / sound;
            mine = step < mine ? step : mine;
        }
        least[omp_get_thread_num()] = mine;
    }
    if (bad >= 0) {
        fprintf(stderr, "element %d has no volume\n", bad);
        exit(2);
    }
    for (int t = 0; t < threads; t++)
        dt = least[t] < dt ? least[t] : dt;
    d->dt = dt < 1.1 * d->dt ? dt : 1.1 * d->dt;
    free(least);
}

int main(void)
{
    struct domain *d = allocate(1, sizeof *d);
    double kinetic = 0, most = 0;
    setup(d, 8);
    for (; d->cycle < 30; d->cycle++) {
        forces(d);
        move(d);
        elements(d);
        d->time += d->dt;
        if (d->cycle % 10 == 9)
            printf("cycle %d: time %.9e, dt %.9e, energy of 0: %.9e\n",
                   d->cycle + 1, d->time, d->dt, d->energy[0]);
    }
#pragma omp parallel for ordered reduction(max : most)
    for (int layer = 0; layer <= d->side; layer++) {
        int n = (d->side + 1) * (d->side + 1);
        double sum = 0;
        for (int i = layer * n; i < (layer + 1) * n; i++) {
            sum += d->mass[i] *
                   (d->vx[i] * d->vx[i] + d->vy[i] * d->vy[i] +
                    d->vz[i] * d->vz[i]) /
                   2;
            most = fmax(most, fabs(d->vx[i]));
        }
#pragma omp ordered
        {
            kinetic += sum;
            printf("layer %d: %.9e\n", layer, sum);
        }
    }
    printf("kinetic %.9e, fastest %.9e\n", kinetic, most);
    return 0;
}

/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Annotated pointers whose allocations are not contiguous, in all the places
 * that a region, a task and their clauses have.
 *
 * RUN: %same %s
 */
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>

enum { COUNT = 1000 };

struct body {
    long id;
    double x[7];
};

#pragma millipage shared granularity(element)
static double *values;
#pragma millipage shared granularity(element)
static int *ints;
#pragma millipage shared granularity(24)
static long *grains;
#pragma millipage shared granularity(element)
static struct body *bodies;

static double sum(int from, int to)
{
    double all = 0;
    for (int i = from; i < to; i++)
        all += values[i] + ints[i] + (double)grains[i] + bodies[i].x[i % 7];
    return all;
}

static void make_all(int count)
{
    free(values);
    values = malloc((size_t)count * sizeof *values);
    ints = calloc((size_t)count, sizeof *ints);
    grains = realloc(grains, (size_t)count * sizeof *grains);
    bodies = calloc((size_t)count, sizeof *bodies);
}

static void loops(void)
{
#pragma omp parallel for schedule(static, 1)
    for (int i = 0; i < COUNT; i++)
        values[i] = i;
#pragma omp parallel
    {
#pragma omp for schedule(dynamic, 7) nowait
        for (int i = 0; i < COUNT; i++)
            ints[i] = 2 * i;
#pragma omp for collapse(2)
        for (int i = 0; i < COUNT / 10; i++)
            for (int j = 0; j < 10; j++)
                grains[10 * i + j] = i - j;
#pragma omp for simd
        for (int i = 0; i < COUNT; i++)
            bodies[i].x[i % 7] = bodies[i].x[(i + 1) % 7] + 0.5;
    }
    printf("%g\n", sum(0, COUNT));
}

/* Bounds, chunks, numbers and conditions. */
static void clauses(void)
{
    int threads = 0;
    ints[0] = 3;
    ints[1] = 40;
    ints[2] = 1;
#pragma omp parallel num_threads(ints[0]) if (ints[2]) reduction(+ : threads)
    threads++;
#pragma omp parallel for schedule(static, ints[2]) num_threads(2)
    for (int i = ints[0]; i < ints[1]; i += ints[2])
        grains[i] = ints[1] - i;
    printf("%d %g\n", threads, sum(0, COUNT));
}

static void changes(void)
{
    double total = 0;
    long captured = 0;
#pragma omp parallel for num_threads(4) reduction(+ : total)
    for (int i = 0; i < COUNT; i++) {
        long old;
#pragma omp atomic
        ints[i % 5] += 2;
#pragma omp atomic capture
        old = grains[7]++;
#pragma omp atomic
        captured += old >= 0;
#pragma omp critical
        {
            bodies[3].id += i;
            bodies[3].x[0] += values[i];
        }
        total += values[i];
    }
    printf("%g %ld %ld %g %g\n", total, captured, bodies[3].id, bodies[3].x[0],
           sum(0, COUNT));
}

/* Made, used and given back in a region. */
static void made_inside(void)
{
#pragma omp parallel num_threads(4)
    {
#pragma omp single
        make_all(2 * COUNT);
#pragma omp for
        for (int i = 0; i < 2 * COUNT; i++) {
            values[i] = i;
            grains[i] = -i;
        }
#pragma omp sections
        {
            for (int i = 0; i < COUNT; i++)
                ints[i] = 1;
#pragma omp section
            for (int i = COUNT; i < 2 * COUNT; i++)
                ints[i] = 2;
        }
    }
    printf("%g\n", sum(0, 2 * COUNT));
}

static void tasks(void)
{
#pragma millipage shared granularity(element)
    double *local = calloc(COUNT, sizeof *local);
    double total = 0;
#pragma omp parallel num_threads(4)
#pragma omp single
    {
        for (int i = 0; i < 20; i++)
#pragma omp task firstprivate(i) depend(inout : values[i % 3])
        {
            values[i % 3] += i;
            local[i] = values[i % 3] - values[i % 3] + i;
        }
#pragma omp taskwait
#pragma omp taskloop grainsize(50)
        for (int i = 20; i < COUNT; i++)
            local[i] = bodies[i].id + grains[i];
    }
#pragma omp parallel for num_threads(4) firstprivate(local) reduction(+ : total)
    for (int i = 0; i < COUNT; i++)
        total += local[i];
    printf("%g %g\n", total, sum(0, COUNT));
    free(local);
}

int main(void)
{
    make_all(COUNT);
    loops();
    clauses();
    changes();
    made_inside();
    tasks();
    return 0;
}

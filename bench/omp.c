/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * mpgbench-omp: what an OpenMP program pays for regions and barriers across
 * hosts, and for objects of malloc.  This file is compiled with -fopenmp, so
 * all its variables are shared; the yardsticks' state, in files that are not,
 * is each host's own.
 */
#include <omp.h>
#include <stdio.h>

#include "beside.h"
#include "objects.h"

enum { ROUNDS = 30, TIMES = 50 };

static struct wire_place place;

/* Threads are numbered host by host, so 0 and `second` are on two hosts. */
static int second;

static void yardstick(struct samples *samples)
{
#pragma omp parallel
    if (omp_get_thread_num() == 0 || omp_get_thread_num() == second)
        wire_round_trips(PEER_POLLS, 64, TIMES, samples);
}

static void run_region(const struct bench_case *c, struct result *result)
{
    (void)c;
    for (int round = 0; round < ROUNDS; round++) {
        yardstick(&result->yardstick);
        for (int i = 0; i < TIMES; i++) {
            double start = now_us();
#pragma omp parallel
            __asm__ volatile(""); /* Nothing shared: a region alone. */
            samples_add(&result->ours, now_us() - start);
        }
    }
}

static void run_barrier(const struct bench_case *c, struct result *result)
{
    (void)c;
    for (int round = 0; round < ROUNDS; round++) {
        yardstick(&result->yardstick);
#pragma omp parallel
        {
#pragma omp barrier
            for (int i = 0; i < TIMES; i++) {
                double start = now_us();
#pragma omp barrier
                if (omp_get_thread_num() == 0)
                    samples_add(&result->ours, now_us() - start);
            }
        }
    }
}

static void run_objects(const struct bench_case *c, struct result *result)
{
    struct object *list = objects_make();
    long changes = 0;
    for (int round = 0; round < ROUNDS; round++) {
        if (c->variant) {
            changes++;
#pragma omp parallel firstprivate(list)
            if (omp_get_thread_num() == second)
                objects_change(list);
        }
        double start = now_us();
        long sum = objects_sum(list);
        double took = now_us() - start;
        if (sum != changes * OBJECTS)
            abort();
        samples_add(&result->ours, took);
        samples_add(&result->yardstick, plain_objects());
    }
    objects_free(list);
}

/* Halves of the list, each with objects of every page. */
static void run_apart(const struct bench_case *c, struct result *result)
{
    struct object *list = objects_make(), *end = list;
    (void)c;
    for (int i = 1; i < OBJECTS / 2; i++)
        end = end->next;
    struct object *other = end->next;
    end->next = NULL;
    for (int round = 0; round < ROUNDS; round++) {
        double start = now_us();
#pragma omp parallel firstprivate(list, other)
        {
            if (omp_get_thread_num() == 0)
                objects_change(list);
            if (omp_get_thread_num() == second)
                objects_change(other);
        }
        samples_add(&result->ours, now_us() - start);
        samples_add(&result->yardstick, plain_objects());
    }
    if (objects_sum(list) + objects_sum(other) != (long)ROUNDS * OBJECTS)
        abort();
    objects_free(list);
    objects_free(other);
}

static const struct bench_case cases[] = {
    REGION_START(run_region),  OMP_BARRIER(run_barrier),
    OBJECTS_WALK(run_objects), OBJECTS_READ(run_objects),
    OBJECTS_APART(run_apart),  {0},
};

const struct bench_group groups[] = {{"openmp", cases}, {0}};

static void open_wire(void)
{
#pragma omp parallel
    {
        int thread = omp_get_thread_num();
        if (thread == 0)
            second = omp_get_num_threads() / 2;
#pragma omp barrier
        if (thread == second)
            wire_listen(&place);
#pragma omp barrier
        if (thread == 0) {
            struct wire_place copy = place;
            wire_call(&copy);
        } else if (thread == second) {
            wire_answer();
        }
    }
}

int main(int count, char **words)
{
    struct arguments arguments;
    const char *wrong = parse_arguments(count, words, &arguments);
    if (wrong) {
        fprintf(stderr, "mpgbench-omp: %s; see mpgbench --help\n", wrong);
        return 2;
    }
    if (omp_get_max_threads() < 2) {
        fprintf(stderr, "mpgbench-omp: start it with mpgbench, or millirun\n");
        return 2;
    }
    open_wire();
    return run_beside(&arguments, true);
}

/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * While the program takes faults and is asked nothing, its server thread
 * sleeps.  (It once watched a signalfd, which every fault's signal woke: a
 * remote fault took twice as long for it.)  So it does while the program
 * computes and the other host has come to the barrier: that is no news before
 * this one comes there, too.
 */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "spmd.h"

/* It is SETS rounds until the same pages come again, or they would be asked
 * for at the barrier. */
enum { SLOTS = 64, SETS = 4, ROUNDS = 32, FAULTS = SLOTS * ROUNDS };
enum { COMPUTE_NS = 2000000 };

static volatile char *pages;

/* How often a thread of this process has gone to sleep. */
static long sleeps_of(const char *thread)
{
    char name[64], line[128];
    long count = 0;
    snprintf(name, sizeof name, "/proc/self/task/%.20s/status", thread);
    FILE *status = fopen(name, "r");
    CHECK(status);
    while (fgets(line, sizeof line, status))
        if (!strncmp(line, "voluntary_ctxt_switches:", 24))
            count = strtol(line + 24, NULL, 10);
    fclose(status);
    return count;
}

static long sleeps_of_others(void)
{
    long count = 0;
    DIR *threads = opendir("/proc/self/task");
    struct dirent *thread;
    CHECK(threads);
    while ((thread = readdir(threads)))
        if (thread->d_name[0] != '.' && atoi(thread->d_name) != getpid())
            count += sleeps_of(thread->d_name);
    closedir(threads);
    return count;
}

static void faults(void)
{
    long sleeps = 0;
    pages = spmd_pages((size_t)SLOTS * SETS * 4096);
    for (int round = 0; round < ROUNDS; round++) {
        volatile char *set = pages + (size_t)(round % SETS) * 4096;
        if (mpg_host() == 1)
            for (long i = 0; i < SLOTS; i++)
                set[i * SETS * 4096] = (char)round;
        mpg_barrier();
        if (mpg_host() == 0) {
            long before = sleeps_of_others();
            for (long i = 0; i < SLOTS; i++) /* Not in order: no asking ahead */
                CHECK_EQ(set[i * 37 % SLOTS * SETS * 4096], (char)round);
            sleeps += sleeps_of_others() - before;
        }
        mpg_barrier();
    }
    if (mpg_host() == 0)
        CHECK(sleeps < FAULTS / 4);
}

static void compute(void)
{
    struct timespec start, now;
    clock_gettime(CLOCK_MONOTONIC, &start);
    do
        clock_gettime(CLOCK_MONOTONIC, &now);
    while ((now.tv_sec - start.tv_sec) * 1000000000 + now.tv_nsec -
               start.tv_nsec <
           COMPUTE_NS);
}

/* Host 1 is at the barrier long before host 0. */
static void arrivals(void)
{
    long sleeps = 0;
    for (int round = 0; round < ROUNDS; round++) {
        if (mpg_host() == 0) {
            long before = sleeps_of_others();
            compute();
            sleeps += sleeps_of_others() - before;
        }
        mpg_barrier();
    }
    if (mpg_host() == 0)
        CHECK_LT(sleeps, ROUNDS / 4);
}

int main(void)
{
    faults();
    arrivals();
    return spmd_report();
}

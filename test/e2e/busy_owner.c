/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * The owner of the data computes without a pause and without a call; what the
 * others read of it is answered meanwhile, not when it is through.
 */
#include <time.h>

#include "spmd.h"

enum { PAGES = 300, WORDS = 512 };

static volatile int is_through;

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

/* Until every other host has read everything; but not for ever. */
static void compute(volatile long *data, atomic_int *readers)
{
    double end = now() + 20, x = 0;
    /* Only private memory is touched in the inner loop: no fault and no call
     * gives the library a chance. */
    do
        for (int i = 0; i < 10000000; i++)
            x += i * 1e-9;
    while (now() < end && x >= 0 && atomic_load(readers) < mpg_hosts() - 1);
    is_through = 1;
    data[0] = (long)x;
}

int main(void)
{
    int host = mpg_host(), hosts = mpg_hosts();
    volatile long *data = spmd_pages(PAGES * 4096);
    atomic_int *readers = spmd_malloc(sizeof *readers);
    atomic_int *is_computing = spmd_malloc(sizeof *is_computing);
    if (host == 0)
        for (int i = 0; i < PAGES; i++)
            data[i * WORDS] = i;
    mpg_barrier();
    if (host == 0) {
        atomic_store(is_computing, 1);
        compute(data, readers);
        CHECK_EQ(atomic_load(readers), hosts - 1);
    } else {
        while (!atomic_load(is_computing))
            sched_yield();
        double start = now(), longest = 0;
        for (int i = 1; i < PAGES; i++) {
            double before = now();
            CHECK_EQ(data[i * WORDS], i);
            double took = now() - before;
            longest = took > longest ? took : longest;
        }
        printf("host %d: %d reads, %.0f us each, the longest %.0f us\n", host,
               PAGES - 1, (now() - start) / (PAGES - 1) * 1e6, longest * 1e6);
        atomic_fetch_add(readers, 1);
    }
    return spmd_report();
}

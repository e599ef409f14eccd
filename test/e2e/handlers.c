/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * A program gives itself its first handler while its threads fault, and is sent
 * the signal at once.  The handler, which touches shared memory, never runs in
 * the middle of one of the library's, or it would wait for its own thread.
 */
#include <signal.h>

#include "spmd.h"

enum { THREADS = 3, PAGES = 4, SIGNALS = 100, BEFORE = 500, HOSTS_MAX = 8 };

struct page {
    volatile long counts[HOSTS_MAX][THREADS]; /* each written by one thread */
    atomic_long handled;
    char rest[4096 - sizeof(long) * (HOSTS_MAX * THREADS + 1)];
};

static struct page *pages;
static atomic_int must_stop, handled_here;
static atomic_long turns;
static long done[THREADS];

static void handle(int signal)
{
    (void)signal;
    atomic_fetch_add(&pages[0].handled, 1);
    atomic_fetch_add(&handled_here, 1);
}

/* Faults nearly all the time: every host writes every page. */
static void *contend(void *number)
{
    long thread = (long)number, i = 0;
    for (; !atomic_load(&must_stop); i++) {
        pages[i % PAGES].counts[mpg_host()][thread]++;
        atomic_fetch_add(&turns, 1);
    }
    done[thread] = i;
    return NULL;
}

static void check_counts(int host, const long *expected)
{
    for (int thread = 0; thread < THREADS; thread++) {
        long sum = 0;
        for (int i = 0; i < PAGES; i++)
            sum += pages[i].counts[host][thread];
        CHECK_EQ(sum, expected[thread]);
    }
}

int main(void)
{
    pthread_t threads[THREADS];
    pages = spmd_pages(PAGES * sizeof *pages);
    for (long i = 0; i < THREADS; i++)
        CHECK_EQ(pthread_create(&threads[i], NULL, contend, (void *)i), 0);
    while (atomic_load(&turns) < BEFORE)
        sched_yield();
    CHECK(signal(SIGUSR1, handle) == SIG_DFL);
    for (int i = 0; i < SIGNALS; i++) {
        CHECK_EQ(pthread_kill(threads[i % THREADS], SIGUSR1), 0);
        while (atomic_load(&handled_here) <= i)
            sched_yield();
    }
    atomic_store(&must_stop, 1);
    for (int i = 0; i < THREADS; i++)
        CHECK_EQ(pthread_join(threads[i], NULL), 0);
    mpg_barrier();
    check_counts(mpg_host(), done);
    CHECK_EQ(atomic_load(&pages[0].handled), (long)SIGNALS * mpg_hosts());
    mpg_barrier();
    return spmd_report();
}

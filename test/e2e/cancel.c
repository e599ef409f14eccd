/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Threads are cancelled while they fault and take locks.  Neither is a place to
 * be cancelled at: a thread ends where the program says, with what it has begun
 * done, and its host goes on to answer the others.
 */
#include "spmd.h"

enum { ROUNDS = 100, LOCK = 1, PAGES = 8, HOSTS_MAX = 8 };

struct page {
    volatile long counts[HOSTS_MAX]; /* each written by one host */
    volatile long guarded;           /* by all, in the first page */
    char rest[4096 - sizeof(long) * (HOSTS_MAX + 1)];
};

static struct page *pages;
static atomic_long turns; /* of this host's threads */

static void *work(void *unused)
{
    (void)unused;
    for (;;) {
        for (int i = 0; i < PAGES; i++)
            pages[i].counts[mpg_host()]++;
        mpg_lock(LOCK);
        pages[0].guarded++;
        mpg_unlock(LOCK);
        atomic_fetch_add(&turns, 1);
        pthread_testcancel();
    }
    return NULL;
}

/* From its first turn on, the thread is somewhere in the middle of another. */
static void cancel_one(void)
{
    pthread_t thread;
    void *result;
    long before = atomic_load(&turns);
    CHECK_EQ(pthread_create(&thread, NULL, work, NULL), 0);
    while (atomic_load(&turns) == before)
        sched_yield();
    CHECK_EQ(pthread_cancel(thread), 0);
    CHECK_EQ(pthread_join(thread, &result), 0);
    CHECK(result == PTHREAD_CANCELED);
}

int main(void)
{
    long *sum = spmd_malloc(sizeof *sum);
    pages = spmd_pages(PAGES * sizeof *pages);
    for (int i = 0; i < ROUNDS; i++)
        cancel_one();
    long all_turns = atomic_load(&turns);
    for (int i = 0; i < PAGES; i++)
        CHECK_EQ(pages[i].counts[mpg_host()], all_turns);
    mpg_lock(LOCK);
    *sum += all_turns;
    mpg_unlock(LOCK);
    mpg_barrier();
    CHECK_EQ(pages[0].guarded, *sum);
    mpg_barrier();
    return spmd_report();
}

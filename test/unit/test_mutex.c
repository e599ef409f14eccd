/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * The mutex, and waiting and waking by its futex calls, between threads: what
 * it protects is never seen half done, and nobody sleeps for ever.  It runs
 * under the thread sanitizer.
 */
#include "base/mutex.h"

#include <errno.h>
#include <pthread.h>

#include "check.h"

enum { THREADS = 4, TURNS = 20000 };

static mpg__mutex mutex;
static unsigned long first, second; /* equal, but for who has the mutex */
static atomic_ulong tried;

#define MINE 1234 /* no error: whoever takes the mutex finds it unchanged */

static void *take(void *number)
{
    bool only_tries = (intptr_t)number == 0;
    errno = MINE;
    for (int turn = 0; turn < TURNS; turn++) {
        if (!only_tries)
            mpg__mutex_lock(&mutex);
        else if (!mpg__mutex_try(&mutex))
            continue;
        else
            atomic_fetch_add(&tried, 1);
        CHECK_EQ(first, second);
        first++;
        /* Sometimes long enough that the others give up spinning. */
        for (volatile int i = 0; turn % 64 == 0 && i < 20000; i++)
            ;
        second++;
        mpg__mutex_unlock(&mutex);
    }
    CHECK_EQ(errno, MINE);
    return NULL;
}

/* One passes a number to the other and waits for it to come back. */
static _Atomic uint32_t turn_of;
static unsigned long passed;

static void *pass(void *number)
{
    uint32_t self = (uint32_t)(intptr_t)number;
    for (int turn = 0; turn < TURNS; turn++) {
        while (atomic_load(&turn_of) != self)
            mpg__futex_wait(&turn_of, 1 - self, NULL);
        passed++;
        atomic_store(&turn_of, 1 - self);
        mpg__futex_wake(&turn_of, 1);
    }
    return NULL;
}

static void run(int count, void *(*body)(void *))
{
    pthread_t threads[THREADS];
    for (int i = 0; i < count; i++)
        CHECK_EQ(pthread_create(&threads[i], NULL, body, (void *)(intptr_t)i),
                 0);
    for (int i = 0; i < count; i++)
        CHECK_EQ(pthread_join(threads[i], NULL), 0);
}

int main(void)
{
    run(THREADS, take);
    CHECK_EQ(first, (THREADS - 1) * TURNS + atomic_load(&tried));
    CHECK_EQ(second, first);
    CHECK_EQ(atomic_load(&mutex), 0);
    CHECK(!(mpg__mutex_try(&mutex) && mpg__mutex_try(&mutex)));
    run(2, pass);
    CHECK_EQ(passed, 2 * TURNS);
    return check_report();
}

/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * A mutex that a signal handler may take, provided that whoever holds it has
 * the signals blocked whose handlers take it.  (pthread_mutex_lock makes no
 * such promise.)
 *
 * The word:  0  free
 *            1  held, nobody sleeps
 *            2  held, somebody may sleep
 * A taker that finds it held spins a little, then sets 2 and sleeps; whoever
 * unlocks a 2 wakes one sleeper.  A woken taker sets 2 again, because it
 * cannot know whether others sleep: one wake too many, never one too few.
 */
#ifndef MPG_BASE_MUTEX_H
#define MPG_BASE_MUTEX_H

#include <errno.h>
#include <linux/futex.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

typedef _Atomic uint32_t mpg__mutex;

#define MPG_MUTEX_SPINS 100

/* That the word has changed meanwhile is no error of the caller's: these leave
 * errno as it was, for malloc, say, of which programs expect that. */

static inline void mpg__futex_wait(_Atomic uint32_t *word, uint32_t value,
                                   const struct timespec *timeout)
{
    int saved = errno;
    syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, value, timeout, 0, 0);
    errno = saved;
}

static inline void mpg__futex_wake(_Atomic uint32_t *word, int count)
{
    syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, count, 0, 0, 0);
}

static inline bool mpg__mutex_try(mpg__mutex *mutex)
{
    uint32_t free = 0;
    return atomic_compare_exchange_strong_explicit(
        mutex, &free, 1, memory_order_acquire, memory_order_relaxed);
}

static inline void mpg__mutex_lock(mpg__mutex *mutex)
{
    for (int i = 0; i < MPG_MUTEX_SPINS; i++) {
        if (mpg__mutex_try(mutex))
            return;
        __builtin_ia32_pause();
    }
    while (atomic_exchange_explicit(mutex, 2, memory_order_acquire))
        mpg__futex_wait(mutex, 2, 0);
}

static inline void mpg__mutex_unlock(mpg__mutex *mutex)
{
    if (atomic_exchange_explicit(mutex, 0, memory_order_release) == 2)
        mpg__futex_wake(mutex, 1);
}

#endif

/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Mutexes and conditions of <pthread.h> in shared memory.
 *
 * They keep their size and their initialisers, so a mutex is used as what is
 * below: an OpenMP lock where the library has the lock's word, and the type
 * that PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP and pthread_mutex_init set where
 * the library has it.  All zeroes is a mutex that is free.
 *
 * A condition is a number that each signal changes.  Who waits notes it while
 * it holds the mutex, and waits for another one: a signal wakes all, which
 * POSIX allows, and none is lost.
 */
#include "posix.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <time.h>

#include "base/fatal.h"
#include "omp.h"
#include "team.h"

struct mutex {
    omp_lock_t lock;
    long reserved;
    int type; /* PTHREAD_MUTEX_RECURSIVE, ... */
    int count;
    long owner; /* mpg__omp_this_thread */
};
_Static_assert(sizeof(struct mutex) <= sizeof(pthread_mutex_t) &&
                   offsetof(struct mutex, type) ==
                       offsetof(pthread_mutex_t, __data.__kind),
               "a mutex in the place of the library's");

#define TYPE_MASK 3 /* Robust and priority-inheriting ones are plain here. */

struct condition {
    _Atomic unsigned long signals;
    clockid_t clock;
};
_Static_assert(sizeof(struct condition) <= sizeof(pthread_cond_t),
               "a condition in the place of the library's");

bool mpg__omp_is_past(clockid_t clock, const struct timespec *end)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return now.tv_sec > end->tv_sec ||
           (now.tv_sec == end->tv_sec && now.tv_nsec >= end->tv_nsec);
}

/* Mutexes. */

static int type_of(const struct mutex *mutex)
{
    return mutex->type & TYPE_MASK;
}

/* Nobody but this thread writes its number there. */
static bool is_mine(struct mutex *mutex)
{
    return __atomic_load_n(&mutex->owner, __ATOMIC_SEQ_CST) ==
           mpg__omp_this_thread();
}

static void set_owner(struct mutex *mutex, long owner)
{
    __atomic_store_n(&mutex->owner, owner, __ATOMIC_SEQ_CST);
}

/* Of a thread that has it already: 0 as well if it may have it again. */
static int again(struct mutex *mutex, int otherwise)
{
    if (type_of(mutex) != PTHREAD_MUTEX_RECURSIVE)
        return otherwise;
    mutex->count++;
    return 0;
}

EXPORTED int mpg__omp_pthread_mutex_init(pthread_mutex_t *at,
                                         const pthread_mutexattr_t *attributes)
{
    struct mutex *mutex = (struct mutex *)at;
    int type = PTHREAD_MUTEX_DEFAULT;
    if (!mpg__vm_is_shared(at))
        return pthread_mutex_init(at, attributes);
    if (attributes)
        pthread_mutexattr_gettype(attributes, &type);
    memset(mutex, 0, sizeof *mutex);
    mutex->type = type;
    return 0;
}

EXPORTED int mpg__omp_pthread_mutex_destroy(pthread_mutex_t *at)
{
    struct mutex *mutex = (struct mutex *)at;
    if (!mpg__vm_is_shared(at))
        return pthread_mutex_destroy(at);
    return mutex->lock.omp_held ? EBUSY : 0;
}

EXPORTED int mpg__omp_pthread_mutex_lock(pthread_mutex_t *at)
{
    struct mutex *mutex = (struct mutex *)at;
    if (!mpg__vm_is_shared(at))
        return pthread_mutex_lock(at);
    if (type_of(mutex) && is_mine(mutex))
        return again(mutex, EDEADLK);
    omp_set_lock(&mutex->lock);
    set_owner(mutex, mpg__omp_this_thread());
    return 0;
}

EXPORTED int mpg__omp_pthread_mutex_trylock(pthread_mutex_t *at)
{
    struct mutex *mutex = (struct mutex *)at;
    if (!mpg__vm_is_shared(at))
        return pthread_mutex_trylock(at);
    if (type_of(mutex) && is_mine(mutex))
        return again(mutex, EBUSY);
    if (!omp_test_lock(&mutex->lock))
        return EBUSY;
    set_owner(mutex, mpg__omp_this_thread());
    return 0;
}

EXPORTED int mpg__omp_pthread_mutex_timedlock(pthread_mutex_t *at,
                                              const struct timespec *end)
{
    int error;
    if (!mpg__vm_is_shared(at))
        return pthread_mutex_timedlock(at, end);
    MPG_UNTIL((error = mpg__omp_pthread_mutex_trylock(at)) != EBUSY)
    if (mpg__omp_is_past(CLOCK_REALTIME, end))
        return ETIMEDOUT;
    return error;
}

EXPORTED int mpg__omp_pthread_mutex_unlock(pthread_mutex_t *at)
{
    struct mutex *mutex = (struct mutex *)at;
    if (!mpg__vm_is_shared(at))
        return pthread_mutex_unlock(at);
    if (type_of(mutex) && !is_mine(mutex))
        return EPERM;
    if (mutex->count) {
        mutex->count--;
        return 0;
    }
    set_owner(mutex, 0);
    omp_unset_lock(&mutex->lock);
    return 0;
}

/* Conditions. */

EXPORTED int mpg__omp_pthread_cond_init(pthread_cond_t *at,
                                        const pthread_condattr_t *attributes)
{
    struct condition *condition = (struct condition *)at;
    clockid_t clock = CLOCK_REALTIME;
    if (!mpg__vm_is_shared(at))
        return pthread_cond_init(at, attributes);
    if (attributes)
        pthread_condattr_getclock(attributes, &clock);
    atomic_store(&condition->signals, 0);
    condition->clock = clock;
    return 0;
}

EXPORTED int mpg__omp_pthread_cond_destroy(pthread_cond_t *at)
{
    return mpg__vm_is_shared(at) ? 0 : pthread_cond_destroy(at);
}

static bool is_ours(const pthread_cond_t *at, const pthread_mutex_t *mutex)
{
    return mpg__vm_is_shared(at) || mpg__vm_is_shared(mutex);
}

/* `end` may be NULL. */
static int wait_until(pthread_cond_t *at, pthread_mutex_t *mutex,
                      const struct timespec *end)
{
    struct condition *condition = (struct condition *)at;
    int result = 0;
    if (!mpg__vm_is_shared(at) || !mpg__vm_is_shared(mutex))
        mpg__fatal("a condition at %p is private memory of this host and its "
                   "mutex at %p is shared, or the other way round: "
                   "#pragma millipage private is for both or for none",
                   (void *)at, (void *)mutex);
    unsigned long before = atomic_load(&condition->signals);
    int error = mpg__omp_pthread_mutex_unlock(mutex);
    if (error)
        return error;
    MPG_UNTIL(atomic_load(&condition->signals) != before)
    if (end && mpg__omp_is_past(condition->clock, end)) {
        result = ETIMEDOUT;
        break;
    }
    mpg__omp_pthread_mutex_lock(mutex);
    return result;
}

EXPORTED int mpg__omp_pthread_cond_wait(pthread_cond_t *at,
                                        pthread_mutex_t *mutex)
{
    return is_ours(at, mutex) ? wait_until(at, mutex, NULL)
                              : pthread_cond_wait(at, mutex);
}

EXPORTED int mpg__omp_pthread_cond_timedwait(pthread_cond_t *at,
                                             pthread_mutex_t *mutex,
                                             const struct timespec *end)
{
    return is_ours(at, mutex) ? wait_until(at, mutex, end)
                              : pthread_cond_timedwait(at, mutex, end);
}

EXPORTED int mpg__omp_pthread_cond_broadcast(pthread_cond_t *at)
{
    struct condition *condition = (struct condition *)at;
    if (!mpg__vm_is_shared(at))
        return pthread_cond_broadcast(at);
    mpg__output_flush();
    atomic_fetch_add(&condition->signals, 1);
    return 0;
}

EXPORTED int mpg__omp_pthread_cond_signal(pthread_cond_t *at)
{
    return mpg__vm_is_shared(at) ? mpg__omp_pthread_cond_broadcast(at)
                                 : pthread_cond_signal(at);
}

/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * <threads.h>: other names for what posix.c and waits.c do.  The C library
 * makes its mtx_t and cnd_t of the same bytes.
 */
#include "posix.h"

#include <errno.h>

#include "team.h"

_Static_assert(sizeof(mtx_t) == sizeof(pthread_mutex_t) &&
                   sizeof(cnd_t) == sizeof(pthread_cond_t) &&
                   sizeof(once_flag) == sizeof(pthread_once_t),
               "the types of threads.h are those of pthread.h");

static pthread_mutex_t *mutex_of(mtx_t *mutex)
{
    return (pthread_mutex_t *)mutex;
}

static pthread_cond_t *condition_of(cnd_t *condition)
{
    return (pthread_cond_t *)condition;
}

static int result(int error)
{
    switch (error) {
    case 0:
        return thrd_success;
    case EBUSY:
        return thrd_busy;
    case ETIMEDOUT:
        return thrd_timedout;
    case ENOMEM:
        return thrd_nomem;
    default:
        return thrd_error;
    }
}

EXPORTED int mpg__omp_mtx_init(mtx_t *mutex, int type)
{
    pthread_mutexattr_t attributes;
    int error = pthread_mutexattr_init(&attributes);
    if (!error && (type & mtx_recursive))
        error = pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_RECURSIVE);
    if (!error)
        error = mpg__omp_pthread_mutex_init(mutex_of(mutex), &attributes);
    pthread_mutexattr_destroy(&attributes);
    return result(error);
}

EXPORTED void mpg__omp_mtx_destroy(mtx_t *mutex)
{
    mpg__omp_pthread_mutex_destroy(mutex_of(mutex));
}

EXPORTED int mpg__omp_mtx_lock(mtx_t *mutex)
{
    return result(mpg__omp_pthread_mutex_lock(mutex_of(mutex)));
}

EXPORTED int mpg__omp_mtx_trylock(mtx_t *mutex)
{
    return result(mpg__omp_pthread_mutex_trylock(mutex_of(mutex)));
}

EXPORTED int mpg__omp_mtx_timedlock(mtx_t *restrict mutex,
                                    const struct timespec *restrict end)
{
    return result(mpg__omp_pthread_mutex_timedlock(mutex_of(mutex), end));
}

EXPORTED int mpg__omp_mtx_unlock(mtx_t *mutex)
{
    return result(mpg__omp_pthread_mutex_unlock(mutex_of(mutex)));
}

EXPORTED int mpg__omp_cnd_init(cnd_t *condition)
{
    return result(mpg__omp_pthread_cond_init(condition_of(condition), NULL));
}

EXPORTED void mpg__omp_cnd_destroy(cnd_t *condition)
{
    mpg__omp_pthread_cond_destroy(condition_of(condition));
}

EXPORTED int mpg__omp_cnd_wait(cnd_t *condition, mtx_t *mutex)
{
    return result(
        mpg__omp_pthread_cond_wait(condition_of(condition), mutex_of(mutex)));
}

EXPORTED int mpg__omp_cnd_timedwait(cnd_t *restrict condition,
                                    mtx_t *restrict mutex,
                                    const struct timespec *restrict end)
{
    return result(mpg__omp_pthread_cond_timedwait(condition_of(condition),
                                                  mutex_of(mutex), end));
}

EXPORTED int mpg__omp_cnd_signal(cnd_t *condition)
{
    return result(mpg__omp_pthread_cond_signal(condition_of(condition)));
}

EXPORTED int mpg__omp_cnd_broadcast(cnd_t *condition)
{
    return result(mpg__omp_pthread_cond_broadcast(condition_of(condition)));
}

EXPORTED void mpg__omp_call_once(once_flag *flag, void (*prepare)(void))
{
    mpg__omp_pthread_once((pthread_once_t *)flag, prepare);
}

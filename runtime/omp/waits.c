/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Barriers, read-write locks, semaphores and once of the C library, in shared
 * memory.  The library's functions that try and never wait are right there as
 * they are: they are atomic instructions.  What waits is ours.
 */
#include "posix.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include "team.h"

/* A barrier. */

struct barrier {
    _Atomic unsigned long turn;
    _Atomic unsigned here;
    unsigned count;
};
_Static_assert(sizeof(struct barrier) <= sizeof(pthread_barrier_t),
               "a barrier in the place of the library's");

EXPORTED int
mpg__omp_pthread_barrier_init(pthread_barrier_t *at,
                              const pthread_barrierattr_t *attributes,
                              unsigned count)
{
    struct barrier *barrier = (struct barrier *)at;
    if (!mpg__vm_is_shared(at))
        return pthread_barrier_init(at, attributes, count);
    if (!count)
        return EINVAL;
    memset(barrier, 0, sizeof *barrier);
    barrier->count = count;
    return 0;
}

EXPORTED int mpg__omp_pthread_barrier_destroy(pthread_barrier_t *at)
{
    return mpg__vm_is_shared(at) ? 0 : pthread_barrier_destroy(at);
}

EXPORTED int mpg__omp_pthread_barrier_wait(pthread_barrier_t *at)
{
    struct barrier *barrier = (struct barrier *)at;
    if (!mpg__vm_is_shared(at))
        return pthread_barrier_wait(at);
    mpg__output_flush();
    unsigned long turn = atomic_load(&barrier->turn);
    if (atomic_fetch_add(&barrier->here, 1) + 1 == barrier->count) {
        atomic_store(&barrier->here, 0);
        atomic_fetch_add(&barrier->turn, 1);
        return PTHREAD_BARRIER_SERIAL_THREAD;
    }
    MPG_UNTIL(atomic_load(&barrier->turn) != turn);
    return 0;
}

/* Read-write locks. */

EXPORTED int mpg__omp_pthread_rwlock_rdlock(pthread_rwlock_t *at)
{
    int error;
    if (!mpg__vm_is_shared(at))
        return pthread_rwlock_rdlock(at);
    MPG_UNTIL((error = pthread_rwlock_tryrdlock(at)) != EBUSY);
    return error;
}

EXPORTED int mpg__omp_pthread_rwlock_wrlock(pthread_rwlock_t *at)
{
    int error;
    if (!mpg__vm_is_shared(at))
        return pthread_rwlock_wrlock(at);
    MPG_UNTIL((error = pthread_rwlock_trywrlock(at)) != EBUSY);
    return error;
}

EXPORTED int mpg__omp_pthread_rwlock_unlock(pthread_rwlock_t *at)
{
    mpg__output_flush();
    return pthread_rwlock_unlock(at);
}

/* Semaphores. */

/* `end` may be NULL. */
static int take(sem_t *at, const struct timespec *end)
{
    int saved = errno;
    MPG_UNTIL(sem_trywait(at) == 0)
    if (errno != EAGAIN)
        return -1;
    else if (end && mpg__omp_is_past(CLOCK_REALTIME, end)) {
        errno = ETIMEDOUT;
        return -1;
    }
    errno = saved;
    return 0;
}

EXPORTED int mpg__omp_sem_wait(sem_t *at)
{
    return mpg__vm_is_shared(at) ? take(at, NULL) : sem_wait(at);
}

EXPORTED int mpg__omp_sem_timedwait(sem_t *at, const struct timespec *end)
{
    return mpg__vm_is_shared(at) ? take(at, end) : sem_timedwait(at, end);
}

EXPORTED int mpg__omp_sem_post(sem_t *at)
{
    mpg__output_flush();
    return sem_post(at);
}

/* Once in the job: what it prepares is shared. */
EXPORTED int mpg__omp_pthread_once(pthread_once_t *at, void (*prepare)(void))
{
    enum { NOT_YET = PTHREAD_ONCE_INIT, NOW, DONE };
    int state = NOT_YET;
    if (!mpg__vm_is_shared(at))
        return pthread_once(at, prepare);
    if (__atomic_compare_exchange_n(at, &state, NOW, false, __ATOMIC_SEQ_CST,
                                    __ATOMIC_SEQ_CST)) {
        prepare();
        mpg__output_flush();
        __atomic_store_n(at, DONE, __ATOMIC_SEQ_CST);
        return 0;
    }
    MPG_UNTIL(__atomic_load_n(at, __ATOMIC_SEQ_CST) == DONE);
    return 0;
}

/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * The synchronisation of <pthread.h>, <threads.h> and <semaphore.h>, as OpenMP
 * units call it: the plugin puts mpg__omp_NAME for NAME (plugin/ir/OpenMP.cpp
 * has the list).
 *
 * The C library's own functions wait in the kernel of one host, where nobody
 * wakes those of another.  These wait for the memory to change.  What lies in
 * private memory they leave to the library.  Each answers and fails as the one
 * it stands for.
 */
#ifndef MPG_OMP_POSIX_H
#define MPG_OMP_POSIX_H

#include <pthread.h>
#include <semaphore.h>
#include <stdbool.h>
#include <threads.h>

int mpg__omp_pthread_mutex_init(pthread_mutex_t *, const pthread_mutexattr_t *);
int mpg__omp_pthread_mutex_destroy(pthread_mutex_t *);
int mpg__omp_pthread_mutex_lock(pthread_mutex_t *);
int mpg__omp_pthread_mutex_trylock(pthread_mutex_t *);
int mpg__omp_pthread_mutex_timedlock(pthread_mutex_t *,
                                     const struct timespec *);
int mpg__omp_pthread_mutex_unlock(pthread_mutex_t *);

int mpg__omp_pthread_cond_init(pthread_cond_t *, const pthread_condattr_t *);
int mpg__omp_pthread_cond_destroy(pthread_cond_t *);
int mpg__omp_pthread_cond_wait(pthread_cond_t *, pthread_mutex_t *);
int mpg__omp_pthread_cond_timedwait(pthread_cond_t *, pthread_mutex_t *,
                                    const struct timespec *);
int mpg__omp_pthread_cond_signal(pthread_cond_t *);
int mpg__omp_pthread_cond_broadcast(pthread_cond_t *);

/* waits.c */
int mpg__omp_pthread_barrier_init(pthread_barrier_t *,
                                  const pthread_barrierattr_t *, unsigned);
int mpg__omp_pthread_barrier_destroy(pthread_barrier_t *);
int mpg__omp_pthread_barrier_wait(pthread_barrier_t *);
int mpg__omp_pthread_rwlock_rdlock(pthread_rwlock_t *);
int mpg__omp_pthread_rwlock_wrlock(pthread_rwlock_t *);
int mpg__omp_pthread_rwlock_unlock(pthread_rwlock_t *);
int mpg__omp_pthread_once(pthread_once_t *, void (*)(void));
int mpg__omp_sem_wait(sem_t *);
int mpg__omp_sem_timedwait(sem_t *, const struct timespec *);
int mpg__omp_sem_post(sem_t *);

/* c11.c */
int mpg__omp_mtx_init(mtx_t *, int type);
void mpg__omp_mtx_destroy(mtx_t *);
int mpg__omp_mtx_lock(mtx_t *);
int mpg__omp_mtx_trylock(mtx_t *);
int mpg__omp_mtx_timedlock(mtx_t *restrict, const struct timespec *restrict);
int mpg__omp_mtx_unlock(mtx_t *);
int mpg__omp_cnd_init(cnd_t *);
void mpg__omp_cnd_destroy(cnd_t *);
int mpg__omp_cnd_wait(cnd_t *, mtx_t *);
int mpg__omp_cnd_timedwait(cnd_t *restrict, mtx_t *restrict,
                           const struct timespec *restrict);
int mpg__omp_cnd_signal(cnd_t *);
int mpg__omp_cnd_broadcast(cnd_t *);
void mpg__omp_call_once(once_flag *, void (*)(void));

/* Whether it is later than that on that clock. */
bool mpg__omp_is_past(clockid_t, const struct timespec *);

#endif

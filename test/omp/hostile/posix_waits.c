/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Everything of the C library that waits, between the threads of a team: what
 * a program was written with before it had OpenMP.
 */
// THREADS: 2
#include <omp.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <threads.h>
#include <time.h>

#define ITEMS 50

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static pthread_rwlock_t many = PTHREAD_RWLOCK_INITIALIZER;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static once_flag once_c11 = ONCE_FLAG_INIT;
static long slot, sum, prepared;

static void prepare(void)
{
    prepared++;
}

/* Thread 1 makes what thread 0 takes, through a slot for one. */
static void produce(void)
{
    for (long i = 1; i <= ITEMS; i++) {
        pthread_mutex_lock(&mutex);
        while (slot)
            pthread_cond_wait(&changed, &mutex);
        slot = i;
        pthread_cond_signal(&changed);
        pthread_mutex_unlock(&mutex);
    }
}

static void consume(void)
{
    for (long i = 1; i <= ITEMS; i++) {
        pthread_mutex_lock(&mutex);
        while (!slot)
            pthread_cond_wait(&changed, &mutex);
        sum += slot * i;
        slot = 0;
        pthread_cond_broadcast(&changed);
        pthread_mutex_unlock(&mutex);
    }
}

static void conditions(void)
{
#pragma omp parallel num_threads(2)
    {
        pthread_once(&once, prepare);
        call_once(&once_c11, prepare);
        if (omp_get_thread_num() == 0)
            consume();
        else
            produce();
    }
    printf("conditions: %ld, prepared %ld\n", sum, prepared);
}

/* A mutex that its thread may take again, in memory of the heap. */
static void recursive(void)
{
    struct {
        pthread_mutex_t mutex;
        long count;
    } *both = malloc(sizeof *both);
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_RECURSIVE);
    pthread_mutex_init(&both->mutex, &attributes);
    both->count = 0;
#pragma omp parallel for
    for (int i = 0; i < 100; i++) {
        pthread_mutex_lock(&both->mutex);
        while (pthread_mutex_trylock(&both->mutex))
            ;
        both->count += i;
        pthread_mutex_unlock(&both->mutex);
        both->count -= 1;
        pthread_mutex_unlock(&both->mutex);
    }
    printf("recursive: %ld, destroyed: %d\n", both->count,
           pthread_mutex_destroy(&both->mutex));
    free(both);
}

static void barriers(void)
{
    pthread_barrier_t barrier;
    long steps[2] = {0, 0}, bad = 0, serial = 0;
    pthread_barrier_init(&barrier, NULL, 2);
#pragma omp parallel num_threads(2) reduction(+ : bad, serial)
    for (int i = 0; i < 20; i++) {
        int me = omp_get_thread_num();
        steps[me]++;
        serial +=
            pthread_barrier_wait(&barrier) == PTHREAD_BARRIER_SERIAL_THREAD;
        bad += steps[!me] != i + 1;
        serial +=
            pthread_barrier_wait(&barrier) == PTHREAD_BARRIER_SERIAL_THREAD;
    }
    pthread_barrier_destroy(&barrier);
    printf("barriers: %ld bad, %ld serial\n", bad, serial);
}

static void semaphores(void)
{
    sem_t full, empty;
    long box = 0, got = 0;
    sem_init(&full, 0, 0);
    sem_init(&empty, 0, 1);
#pragma omp parallel num_threads(2)
    for (long i = 1; i <= ITEMS; i++)
        if (omp_get_thread_num() == 0) {
            sem_wait(&empty);
            box = i;
            sem_post(&full);
        } else {
            sem_wait(&full);
            got += box;
            sem_post(&empty);
        }
    printf("semaphores: %ld\n", got);
}

static void readers_and_writers(void)
{
    long pair[2] = {0, 0}, torn = 0;
#pragma omp parallel for reduction(+ : torn) schedule(static, 1)
    for (int i = 0; i < 100; i++)
        if (i % 5 == 0) {
            pthread_rwlock_wrlock(&many);
            pair[0]++;
            pair[1]++;
            pthread_rwlock_unlock(&many);
        } else {
            pthread_rwlock_rdlock(&many);
            torn += pair[0] != pair[1];
            pthread_rwlock_unlock(&many);
        }
    printf("readers and writers: %ld, %ld torn\n", pair[0], torn);
}

static void c11(void)
{
    mtx_t guard;
    cnd_t turned;
    long turn = 0;
    mtx_init(&guard, mtx_plain);
    cnd_init(&turned);
#pragma omp parallel num_threads(2)
    for (int i = 0; i < 20; i++) {
        mtx_lock(&guard);
        while (turn % 2 != omp_get_thread_num())
            cnd_wait(&turned, &guard);
        turn++;
        cnd_signal(&turned);
        mtx_unlock(&guard);
    }
    cnd_destroy(&turned);
    mtx_destroy(&guard);
    printf("threads.h: %ld\n", turn);
}

/* A mutex that main keeps, and a condition that nobody signals. */
static void timed(void)
{
    static pthread_mutex_t kept = PTHREAD_MUTEX_INITIALIZER;
    int locked = 0, waited = 0;
    struct timespec past = {0, 0};
    pthread_mutex_lock(&kept);
#pragma omp parallel num_threads(2) reduction(+ : locked, waited)
    if (omp_get_thread_num() == 1) {
        locked = pthread_mutex_timedlock(&kept, &past) == 0;
    } else {
        pthread_mutex_lock(&mutex);
        waited = pthread_cond_timedwait(&changed, &mutex, &past) == 0;
        pthread_mutex_unlock(&mutex);
    }
    pthread_mutex_unlock(&kept);
    printf("timed: %d %d\n", locked, waited);
}

int main(void)
{
    conditions();
    recursive();
    barriers();
    semaphores();
    readers_and_writers();
    c11();
    timed();
    return 0;
}

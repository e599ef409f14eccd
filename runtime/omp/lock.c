/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * The locks of omp.h.
 *
 * Who has a lock is a word in it, in shared memory: omp_test_lock tries to
 * change it and never waits.  Those that want to wait stand in the line of the
 * job's lock of that address (sync.c), so that they are served in their order
 * and only the first of them looks at the word.
 */
#include "omp.h"

#include "base/fatal.h"
#include "team.h"

enum { FREE, SET, TESTED };

#define THREADS_A_HOST 65536 /* for numbers of threads over all hosts */

typedef _Atomic unsigned long word;

static word *word_of(omp_lock_t *lock)
{
    if (mpg__engine.node.hosts > 1 && !mpg__vm_is_shared(lock))
        mpg__fatal("an OpenMP lock at %p, which is private memory of this "
                   "host: compile the file that has it with millicc -fopenmp",
                   (void *)lock);
    return (word *)&lock->omp_held;
}

EXPORTED void omp_init_lock(omp_lock_t *lock)
{
    atomic_store(word_of(lock), FREE);
}

EXPORTED void omp_init_lock_with_hint(omp_lock_t *lock, omp_sync_hint_t hint)
{
    (void)hint;
    omp_init_lock(lock);
}

EXPORTED void omp_destroy_lock(omp_lock_t *lock)
{
    (void)lock;
}

static bool take(word *held, unsigned long how)
{
    unsigned long expected = FREE;
    return atomic_load(held) == FREE &&
           atomic_compare_exchange_strong(held, &expected, how);
}

EXPORTED void omp_set_lock(omp_lock_t *lock)
{
    word *held = word_of(lock);
    mpg__omp_lock(MPG_LOCK_OMP, lock);
    MPG_UNTIL(take(held, SET)); /* Only a tester can have it. */
}

EXPORTED int omp_test_lock(omp_lock_t *lock)
{
    return take(word_of(lock), TESTED);
}

EXPORTED void omp_unset_lock(omp_lock_t *lock)
{
    word *held = word_of(lock);
    mpg__output_flush();
    unsigned long was = atomic_exchange(held, FREE);
    if (was == FREE)
        mpg__fatal("omp_unset_lock of a lock (%p) that nobody holds",
                   (void *)lock);
    if (was == SET)
        mpg__omp_unlock(MPG_LOCK_OMP, lock);
}

/* Nest locks. */

long mpg__omp_this_thread(void)
{
    static _Atomic long count;
    static __thread long number;
    if (!number)
        number = (long)mpg__engine.node.self * THREADS_A_HOST +
                 atomic_fetch_add(&count, 1) + 1;
    return number;
}

/* Nobody but this thread writes its number there. */
static bool is_mine(omp_nest_lock_t *lock)
{
    return __atomic_load_n(&lock->omp_owner, __ATOMIC_SEQ_CST) ==
           mpg__omp_this_thread();
}

static int enter(omp_nest_lock_t *lock)
{
    __atomic_store_n(&lock->omp_owner, mpg__omp_this_thread(),
                     __ATOMIC_SEQ_CST);
    return ++lock->omp_count;
}

EXPORTED void omp_init_nest_lock(omp_nest_lock_t *lock)
{
    omp_init_lock(&lock->omp_lock);
    lock->omp_owner = 0;
    lock->omp_count = 0;
}

EXPORTED void omp_init_nest_lock_with_hint(omp_nest_lock_t *lock,
                                           omp_sync_hint_t hint)
{
    (void)hint;
    omp_init_nest_lock(lock);
}

EXPORTED void omp_destroy_nest_lock(omp_nest_lock_t *lock)
{
    (void)lock;
}

EXPORTED void omp_set_nest_lock(omp_nest_lock_t *lock)
{
    if (!is_mine(lock))
        omp_set_lock(&lock->omp_lock);
    enter(lock);
}

EXPORTED int omp_test_nest_lock(omp_nest_lock_t *lock)
{
    if (!is_mine(lock) && !omp_test_lock(&lock->omp_lock))
        return 0;
    return enter(lock);
}

EXPORTED void omp_unset_nest_lock(omp_nest_lock_t *lock)
{
    if (!is_mine(lock))
        mpg__fatal("omp_unset_nest_lock of a lock (%p) that this thread does "
                   "not hold",
                   (void *)lock);
    if (--lock->omp_count)
        return;
    __atomic_store_n(&lock->omp_owner, 0, __ATOMIC_SEQ_CST);
    omp_unset_lock(&lock->omp_lock);
}

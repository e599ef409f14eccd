/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Atomic access to objects for which there is no instruction: long double,
 * complex, structures.  Those up to 8 bytes are instructions in compiled code,
 * which the protocol makes atomic across hosts by itself.  libatomic's locks
 * are of one process; these are the job's, of the object's address.
 *
 * Objects outside shared memory are locked alike: nobody else has them.
 */
#include <string.h>

#include "team.h"

/* Clang knows these names as builtins of other types. */
void mpg__atomic_load(size_t, void *, void *, int) __asm__("__atomic_load");
void mpg__atomic_store(size_t, void *, void *, int) __asm__("__atomic_store");
void mpg__atomic_exchange(size_t, void *, void *, void *,
                          int) __asm__("__atomic_exchange");
bool mpg__atomic_compare_exchange(size_t, void *, void *, void *, int,
                                  int) __asm__("__atomic_compare_exchange");

EXPORTED void mpg__atomic_load(size_t bytes, void *from, void *to, int order)
{
    (void)order;
    mpg__omp_lock(MPG_LOCK_ATOMIC, from);
    memcpy(to, from, bytes);
    mpg__omp_unlock(MPG_LOCK_ATOMIC, from);
}

EXPORTED void mpg__atomic_store(size_t bytes, void *to, void *from, int order)
{
    (void)order;
    mpg__omp_lock(MPG_LOCK_ATOMIC, to);
    memcpy(to, from, bytes);
    mpg__omp_unlock(MPG_LOCK_ATOMIC, to);
}

EXPORTED void mpg__atomic_exchange(size_t bytes, void *object, void *from,
                                   void *old, int order)
{
    (void)order;
    mpg__omp_lock(MPG_LOCK_ATOMIC, object);
    memcpy(old, object, bytes);
    memcpy(object, from, bytes);
    mpg__omp_unlock(MPG_LOCK_ATOMIC, object);
}

EXPORTED bool mpg__atomic_compare_exchange(size_t bytes, void *object,
                                           void *expected, void *wanted,
                                           int success, int failure)
{
    (void)success, (void)failure;
    mpg__omp_lock(MPG_LOCK_ATOMIC, object);
    bool is_same = !memcmp(object, expected, bytes);
    if (is_same)
        memcpy(object, wanted, bytes);
    else
        memcpy(expected, object, bytes);
    mpg__omp_unlock(MPG_LOCK_ATOMIC, object);
    return is_same;
}

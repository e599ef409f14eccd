/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Simple locks: init, set, unset, test, destroy; two at once; set in one
 * function and unset in another; initialised anew.
 */
#include <omp.h>
#include <stdio.h>

static omp_lock_t lock, other;
static long counter;

static void enter(void)
{
    omp_set_lock(&lock);
}

static void leave(void)
{
    omp_unset_lock(&lock);
}

int main(void)
{
    long guarded = 0;
    int got = 0, refused = 0;

    omp_init_lock(&lock);
    omp_init_lock(&other);
#pragma omp parallel for num_threads(4) schedule(dynamic, 3) reduction(+ : got)
    for (int i = 0; i < 200; i++) {
        enter();
        counter += i;
        omp_set_lock(&other);
        guarded += counter > 0;
        omp_unset_lock(&other);
        leave();
        while (!omp_test_lock(&lock))
            ;
        counter -= i;
        got++;
        omp_unset_lock(&lock);
    }
    omp_set_lock(&lock);
#pragma omp parallel num_threads(3) reduction(+ : refused)
    refused += omp_test_lock(&lock) == 0;
    omp_unset_lock(&lock);
    omp_destroy_lock(&lock);
    omp_init_lock(&lock);
    int free_again = omp_test_lock(&lock);
    omp_unset_lock(&lock);
    omp_destroy_lock(&lock);
    omp_destroy_lock(&other);
    printf("%ld %d %d %d %d\n", counter, guarded >= 199, got, refused,
           free_again);
    return 0;
}

/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Locks and nest locks; a lock in memory from malloc.
 *
 * RUN: %same %s
 */
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>

static omp_lock_t lock;
static omp_nest_lock_t nest;
static int set, nested, tested, heaped;

static void twice(int depth)
{
    omp_set_nest_lock(&nest);
    nested++;
    if (depth)
        twice(depth - 1);
    omp_unset_nest_lock(&nest);
}

int main(void)
{
    omp_lock_t *other = malloc(sizeof *other);
    omp_init_lock(&lock);
    omp_init_lock(other);
    omp_init_nest_lock(&nest);
#pragma omp parallel num_threads(4)
    for (int i = 0; i < 40; i++) {
        omp_set_lock(&lock);
        set++;
        omp_unset_lock(&lock);
        twice(2);
        while (!omp_test_lock(&lock))
            ;
        tested++;
        omp_unset_lock(&lock);
        omp_set_lock(other);
        heaped++;
        omp_unset_lock(other);
    }
    printf("%d %d %d %d\n", set, nested, tested, heaped);
    printf("%d ", omp_test_nest_lock(&nest));
    printf("%d\n", omp_test_nest_lock(&nest));
    omp_destroy_lock(&lock);
    omp_destroy_lock(other);
    omp_destroy_nest_lock(&nest);
    free(other);
    return 0;
}

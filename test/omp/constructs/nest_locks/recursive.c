/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Nestable locks: the owner may set them again; test tells the depth; others
 * wait until the last unset.
 */
#include <omp.h>
#include <stdio.h>

static omp_nest_lock_t lock;
static long total, deepest;

static void visit(int depth)
{
    omp_set_nest_lock(&lock);
    total++;
    if (depth > deepest)
        deepest = depth;
    if (depth < 4)
        visit(depth + 1);
    omp_unset_nest_lock(&lock);
}

int main(void)
{
    int wrong = 0;

    omp_init_nest_lock(&lock);
#pragma omp parallel for num_threads(4) schedule(dynamic, 2)                   \
    reduction(+ : wrong)
    for (int i = 0; i < 40; i++) {
        visit(1);
        int depth = omp_test_nest_lock(&lock);
        if (depth > 0) {
            wrong += depth != 1 || omp_test_nest_lock(&lock) != 2;
            omp_set_nest_lock(&lock);
            wrong += omp_test_nest_lock(&lock) != 4;
            for (int k = 0; k < 4; k++)
                omp_unset_nest_lock(&lock);
        }
    }
    omp_destroy_nest_lock(&lock);
    printf("%ld %ld %d\n", total, deepest, wrong);
    return 0;
}

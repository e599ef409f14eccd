/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * LU.
 */
#define main  lu_main
#define N     4096
#define BLOCK 128
#include "../examples/lu.c"
#undef main

#include "program.h"

static void fill_own(int host)
{
    for (long i = 0; i < blocks; i++)
        for (long j = 0; j < blocks; j++)
            if (owner(i, j) == host)
                fill_block(&matrix[place[i][j]], i, j, N);
    mpg_barrier();
}

static double factor_plain(void *context)
{
    struct block *all = context;
    for (long i = 0; i < blocks; i++)
        for (long j = 0; j < blocks; j++)
            fill_block(&all[i * blocks + j], i, j, N);
    return 1e6 * factor_alone(all);
}

void run_lu(const struct bench_case *c, struct result *result)
{
    struct block *all = private_alloc(BLOCKS * BLOCKS * sizeof *all);
    deal_blocks(N);
    for (int round = 0; round < PROGRAM_ROUNDS; round++) {
        fill_own(mpg_host());
        double start = now_us();
        factor_together(mpg_host());
        samples_add(&result->ours, now_us() - start);
        samples_add(&result->yardstick, alone_us(factor_plain, all));
    }
    must_be_right(c->name, difference(all, N));
    free(all);
    mpg_barrier();
}

/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * One thread waits for another without a barrier: flags with flush and
 * atomics, volatile ones too, in a chain, and back and forth. Data written
 * before the flag must be there.
 */
// THREADS: 4
#include <omp.h>
#include <stdio.h>

enum { TEAM = 4, ROUNDS = 25 };

static int flag[TEAM];
static long payload[TEAM][100];
static volatile int ball;
static long rally;

static void raise_flag(int who)
{
#pragma omp flush
#pragma omp atomic write
    flag[who] = 1;
#pragma omp flush
}

static void wait_for(int who)
{
    int up = 0;
    while (!up) {
#pragma omp flush
#pragma omp atomic read
        up = flag[who];
    }
#pragma omp flush
}

int main(void)
{
    int team = 0;
    long sums[TEAM] = {0};

#pragma omp parallel num_threads(TEAM)
    {
        int me = omp_get_thread_num();
#pragma omp single
        team = omp_get_num_threads();
        if (me > 0)
            wait_for(me - 1);
        for (int k = 0; k < 100; k++)
            payload[me][k] = (me > 0 ? payload[me - 1][k] : k) + me;
        raise_flag(me);
        if (me == 0)
            wait_for(TEAM - 1);
        for (int k = 0; k < 100 && (me == 0 || me == TEAM - 1); k++)
            sums[me] += payload[TEAM - 1][k];
    }
    printf("%d: %ld %ld\n", team, sums[0], sums[TEAM - 1]);

#pragma omp parallel num_threads(2)
    {
        int me = omp_get_thread_num();
        for (int r = 0; r < ROUNDS; r++) {
            int side;
            do {
#pragma omp atomic read
                side = ball;
            } while (side != me);
#pragma omp flush
            rally = rally * 3 % 10007 + me + 1;
#pragma omp flush
#pragma omp atomic write
            ball = 1 - me;
        }
    }
    printf("%ld\n", rally);
    return 0;
}

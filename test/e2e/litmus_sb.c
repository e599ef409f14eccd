/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Store buffering: with sequentially consistent atomics at least one of two
 * hosts that write and then read the other's variable must see the write.
 */
#include "litmus.h"

static long seen[4];

static void act(int host)
{
    atomic_store(litmus.variable[host], 1);
    litmus.result[host] = atomic_load(litmus.variable[1 - host]);
}

static void judge(void)
{
    long first = litmus.result[0], second = litmus.result[1];
    CHECK(first || second);
    seen[first * 2 + second]++;
}

int main(int argc, char **argv)
{
    int skipped = litmus_main(2, act, judge, argc, argv);
    if (skipped)
        return skipped;
    if (mpg_host() == 0)
        printf("01: %ld, 10: %ld, 11: %ld, forbidden 00: %ld\n", seen[1],
               seen[2], seen[3], seen[0]);
    return spmd_report();
}

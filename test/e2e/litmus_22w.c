/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * 2+2W: two hosts write two variables in opposite order; it cannot be that
 * each variable keeps what was written to it first by its writer.
 */
#include "litmus.h"

static long seen[4];

static void act(int host)
{
    LITMUS_STORE(host, 1);
    LITMUS_ORDER();
    LITMUS_STORE(1 - host, 2);
}

static void judge(void)
{
    long x = LITMUS_LOAD(0), y = LITMUS_LOAD(1);
    CHECK(!(x == 1 && y == 1));
    seen[(x - 1) * 2 + y - 1]++;
}

int main(int argc, char **argv)
{
    int skipped = litmus_main(2, act, judge, argc, argv);
    if (skipped)
        return skipped;
    if (mpg_host() == 0)
        printf("22: %ld, 12: %ld, 21: %ld, forbidden 11: %ld\n", seen[3],
               seen[1], seen[2], seen[0]);
    return spmd_report();
}

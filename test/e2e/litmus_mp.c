/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Message passing: who sees the flag sees what was written before it.
 */
#include "litmus.h"

static long seen[4];

static void act(int host)
{
    if (host == 0) {
        LITMUS_STORE(0, 1);
        LITMUS_ORDER();
        LITMUS_STORE(1, 1);
    } else {
        long flag = LITMUS_LOAD(1);
        LITMUS_ORDER();
        long data = LITMUS_LOAD(0);
        litmus.result[0] = flag;
        litmus.result[1] = data;
    }
}

static void judge(void)
{
    long flag = litmus.result[0], data = litmus.result[1];
    CHECK(data || !flag);
    seen[flag * 2 + data]++;
}

int main(int argc, char **argv)
{
    int skipped = litmus_main(2, act, judge, argc, argv);
    if (skipped)
        return skipped;
    if (mpg_host() == 0)
        printf("neither: %ld, data: %ld, both: %ld, forbidden: %ld\n", seen[0],
               seen[1], seen[3], seen[2]);
    return spmd_report();
}

/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Independent reads of independent writes: two hosts that read two variables in
 * opposite order agree on which was written first.
 */
#include "litmus.h"

static long seen[16];

static void act(int host)
{
    if (host < 2) {
        LITMUS_STORE(host, 1);
        return;
    }
    long first = LITMUS_LOAD(host - 2);
    LITMUS_ORDER();
    long second = LITMUS_LOAD(3 - host);
    litmus.result[(host - 2) * 2] = first;
    litmus.result[(host - 2) * 2 + 1] = second;
}

static void judge(void)
{
    long *r = litmus.result;
    CHECK(!(r[0] && !r[1] && r[2] && !r[3]));
    seen[r[0] * 8 + r[1] * 4 + r[2] * 2 + r[3]]++;
}

int main(int argc, char **argv)
{
    int skipped = litmus_main(4, act, judge, argc, argv);
    if (skipped)
        return skipped;
    if (mpg_host() == 0) {
        for (int i = 0; i < 16; i++)
            printf("%d%d%d%d: %ld%s", i >> 3, i >> 2 & 1, i >> 1 & 1, i & 1,
                   seen[i], i == 10 ? " (forbidden), " : ", ");
        putchar('\n');
    }
    return spmd_report();
}

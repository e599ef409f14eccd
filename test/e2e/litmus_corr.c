/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Coherence: one variable, written in turn by two hosts; nobody who reads it
 * twice sees it go back, and all see the two writes in one order.
 */
#include "litmus.h"

static long seen[9];

static void act(int host)
{
    if (host < 2) {
        LITMUS_STORE(0, host + 1);
        return;
    }
    long first = LITMUS_LOAD(0);
    LITMUS_ORDER();
    long second = LITMUS_LOAD(0);
    LITMUS_ORDER();
    long third = LITMUS_LOAD(0);
    /* Values may change at most twice, and never back. */
    CHECK(second != 0 || first == 0);
    CHECK(third != 0 || second == 0);
    CHECK(third != first || second == first);
    litmus.result[(host - 2) * 2] = first;
    litmus.result[(host - 2) * 2 + 1] = third;
}

static void judge(void)
{
    long *r = litmus.result, last = LITMUS_LOAD(0);
    /* Host 2 saw a before b, host 3 b before a: two orders. */
    CHECK(!(r[0] && r[2] && r[0] != r[1] && r[2] != r[3] && r[0] == r[3]));
    CHECK(r[0] == 0 || r[1] == r[0] || r[1] == last);
    CHECK(r[2] == 0 || r[3] == r[2] || r[3] == last);
    seen[r[0] * 3 + r[1]]++;
}

int main(int argc, char **argv)
{
    int skipped = litmus_main(4, act, judge, argc, argv);
    if (skipped)
        return skipped;
    if (mpg_host() == 0)
        printf("00: %ld, 01: %ld, 02: %ld, 11: %ld, 12: %ld, 22: %ld, 21: %ld, "
               "forbidden: %ld\n",
               seen[0], seen[1], seen[2], seen[4], seen[5], seen[8], seen[7],
               seen[3] + seen[6]);
    return spmd_report();
}

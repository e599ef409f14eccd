/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * The classic shapes, by the names that they have in the literature on memory
 * models (Alglave, Maranget, Tautschnig: Herding Cats).
 */
#include "litmus.h"

enum { X, Y };
#define R(variable)        {LITMUS_LOAD, variable, 0}
#define W(variable, value) {LITMUS_STORE, variable, value}
#define F(variable, value) {LITMUS_FENCED, variable, value}

static unsigned first_loads_of_two(const struct litmus_round *round)
{
    return round->seen[0][0] * 2u + round->seen[1][0];
}

static unsigned sb_outcome(const struct litmus_round *round)
{
    return round->seen[0][1] * 2u + round->seen[1][1];
}

static unsigned mp_outcome(const struct litmus_round *round)
{
    return round->seen[1][0] * 2u + round->seen[1][1];
}

static unsigned w22_outcome(const struct litmus_round *round)
{
    return (round->last[X] - 1u) * 2 + round->last[Y] - 1u;
}

static unsigned wrc_outcome(const struct litmus_round *round)
{
    return round->seen[1][0] * 4u + round->seen[2][0] * 2u + round->seen[2][1];
}

static unsigned iriw_outcome(const struct litmus_round *round)
{
    return round->seen[2][0] * 8u + round->seen[2][1] * 4u +
           round->seen[3][0] * 2u + round->seen[3][1];
}

/* Names the outcome by what the first reader saw first and last: 0 the value
 * before both writes, 1 the one that was overwritten, 2 the last one. */
static unsigned corr_outcome(const struct litmus_round *round)
{
    static const unsigned number[3][3] = {{0, 1, 2}, {0, 3, 4}, {0, 0, 5}};
    enum { BACK = 6 };
    unsigned rank[LITMUS_STEPS];
    for (int role = 3; role >= 2; role--) {
        for (int i = 0; i < LITMUS_STEPS; i++) {
            unsigned seen = round->seen[role][i];
            rank[i] = !seen ? 0 : seen == round->last[X] ? 2 : 1;
        }
        if (rank[0] > rank[1] || rank[1] > rank[2])
            return BACK;
    }
    return number[rank[0]][rank[2]];
}

const struct litmus_shape litmus_shapes[] = {
    /* Store buffering: of two hosts that write one variable and then read the
     * other's, one at least sees the other's write.  A plain store may pass
     * the load behind it, on x86 as on most processors. */
    {"sb",
     2,
     2,
     0,
     {{F(X, 1), R(Y)}, {F(Y, 1), R(X)}},
     sb_outcome,
     {"!00", "01", "10", "11"}},
    /* Message passing: who sees the flag Y sees what was written before. */
    {"mp",
     2,
     2,
     0,
     {{W(X, 1), W(Y, 1)}, {R(Y), R(X)}},
     mp_outcome,
     {"00", "01", "!10", "11"}},
    /* Load buffering: nobody reads what is written because of it. */
    {"lb",
     2,
     2,
     0,
     {{R(X), W(Y, 1)}, {R(Y), W(X, 1)}},
     first_loads_of_two,
     {"00", "01", "10", "!11"}},
    /* Two hosts write two variables in opposite order; it cannot be that each
     * keeps what was written to it first by its writer. */
    {"2+2w",
     2,
     2,
     1,
     {{W(X, 1), W(Y, 2)}, {W(Y, 1), W(X, 2)}},
     w22_outcome,
     {"!11", "12", "21", "22"}},
    /* Write to read causality: what a host has seen before it writes is seen
     * by whoever sees its write. */
    {"wrc",
     3,
     2,
     0,
     {{W(X, 1)}, {R(X), W(Y, 1)}, {R(Y), R(X)}},
     wrc_outcome,
     {"000", "001", "010", "011", "100", "101", "!110", "111"}},
    /* Independent reads of independent writes: readers agree on which of two
     * writes came first. */
    {"iriw",
     4,
     2,
     0,
     {{W(X, 1)}, {W(Y, 1)}, {R(X), R(Y)}, {R(Y), R(X)}},
     iriw_outcome,
     {"0000", "0001", "0010", "0011", "0100", "0101", "0110", "0111", "1000",
      "1001", "!1010", "1011", "1100", "1101", "1110", "1111"}},
    /* Coherence: all see the writes of one variable in one order, which its
     * last value tells. */
    {"corr",
     4,
     1,
     1,
     {{W(X, 1)}, {W(X, 2)}, {R(X), R(X), R(X)}, {R(X), R(X), R(X)}},
     corr_outcome,
     {"00", "01", "02", "11", "12", "22", "!back"}},
};
const unsigned litmus_shapes_count =
    sizeof litmus_shapes / sizeof litmus_shapes[0];

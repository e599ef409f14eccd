/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Litmus tests: a few accesses on each of some hosts, repeated with every
 * small difference in timing.  Each repetition is a round; what its loads have
 * seen is its outcome, and some outcomes sequential consistency forbids.
 *
 * litmus_shapes.c says who does what in a round and which outcomes there are;
 * litmus.c plays the rounds.
 */
#ifndef MPG_TEST_LITMUS_H
#define MPG_TEST_LITMUS_H

enum {
    LITMUS_VARIABLES = 2, /* X and Y, each a minipage */
    LITMUS_ROLES = 4,
    LITMUS_STEPS = 3, /* accesses of a role */
    LITMUS_OUTCOMES = 16,
};

enum litmus_kind { LITMUS_NOTHING, LITMUS_LOAD, LITMUS_STORE, LITMUS_FENCED };

struct litmus_access {
    unsigned char kind; /* FENCED: a store that no later load passes */
    unsigned char variable;
    unsigned char value; /* to store: 1 or 2; 0 is what was there before */
};

struct litmus_round {
    unsigned char seen[LITMUS_ROLES][LITMUS_STEPS]; /* by each load */
    unsigned char last[LITMUS_VARIABLES];           /* value in the end */
};

struct litmus_shape {
    const char *name;
    unsigned char roles;     /* hosts that it takes */
    unsigned char variables; /* that it writes */
    unsigned char asks_last; /* `last` is known */
    struct litmus_access act[LITMUS_ROLES][LITMUS_STEPS];
    /* The outcome's number.  Pre: all values are 0, 1 or 2, and of those in
     * the end none is 0. */
    unsigned (*outcome)(const struct litmus_round *);
    /* Their names; '!' in front of those that must never be. */
    const char *outcomes[LITMUS_OUTCOMES];
};

/* In ascending order of roles. */
extern const struct litmus_shape litmus_shapes[];
extern const unsigned litmus_shapes_count;

#endif

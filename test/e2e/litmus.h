/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Litmus tests: a few accesses on each of some hosts, repeated with every
 * small difference in timing; outcomes are counted, and those that sequential
 * consistency forbids end the test.
 *
 * Rounds are separated without barriers of the library, which would let all
 * hosts start only after their copies have settled: the hosts count rounds in
 * shared variables of their own, and spin.
 */
#ifndef MPG_TEST_LITMUS_H
#define MPG_TEST_LITMUS_H

#include "spmd.h"

enum { LITMUS_VARIABLES = 4, LITMUS_RESULTS = 8 };

/* Each variable is a minipage of its own; all of them share a page. */
struct litmus {
    atomic_long *variable[LITMUS_VARIABLES];
    atomic_long *round[8]; /* of each host: what it has completed */
    long *result;          /* of the round, one minipage */
};

static struct litmus litmus;
static unsigned long litmus_random = 88172645463325252ul;

static inline void litmus_open(void)
{
    struct litmus *shared = spmd_malloc(sizeof *shared);
    if (mpg_host() == 0) {
        for (int i = 0; i < LITMUS_VARIABLES; i++) {
            shared->variable[i] = mpg_malloc(sizeof(long));
            atomic_store(shared->variable[i], 0);
        }
        for (int i = 0; i < mpg_hosts(); i++) {
            shared->round[i] = mpg_malloc(sizeof(long));
            atomic_store(shared->round[i], 0);
        }
        shared->result = mpg_malloc(LITMUS_RESULTS * sizeof(long));
        memset(shared->result, 0, LITMUS_RESULTS * sizeof(long));
    }
    mpg_barrier();
    litmus = *shared;
    litmus_random += (unsigned)mpg_host();
    mpg_barrier();
}

/* A little while, another one each time: sometimes long enough for the other
 * hosts' messages. */
static inline void litmus_jitter(void)
{
    litmus_random ^= litmus_random << 13;
    litmus_random ^= litmus_random >> 7;
    litmus_random ^= litmus_random << 17;
    unsigned long turns = litmus_random % 4 ? litmus_random >> 8 & 0x3f
                                            : litmus_random >> 8 & 0x3fff;
    for (volatile unsigned long i = 0; i < turns; i++)
        ;
}

/* All `hosts` hosts come here with the same number. */
static inline void litmus_meet(int hosts, long number)
{
    atomic_store(litmus.round[mpg_host()], number);
    for (int i = 0; i < hosts; i++)
        while (atomic_load(litmus.round[i]) < number)
            sched_yield();
}

/* Runs act(host) on hosts 0 .. hosts - 1 for `rounds` rounds, with all the
 * variables zero at first; host 0 then calls judge. */
static inline void litmus_run(int hosts, long rounds, void (*act)(int host),
                              void (*judge)(void))
{
    litmus_open();
    int host = mpg_host();
    for (long round = 0; host < hosts && round < rounds; round++) {
        litmus_meet(hosts, 3 * round + 1);
        litmus_jitter();
        act(host);
        litmus_meet(hosts, 3 * round + 2);
        if (host == 0) {
            judge();
            for (int i = 0; i < LITMUS_VARIABLES; i++)
                atomic_store(litmus.variable[i], 0);
        }
        litmus_meet(hosts, 3 * round + 3);
    }
    mpg_barrier();
}

#define LITMUS_STORE(i, value)                                                 \
    atomic_store_explicit(litmus.variable[i], value, memory_order_relaxed)
#define LITMUS_LOAD(i)                                                         \
    atomic_load_explicit(litmus.variable[i], memory_order_relaxed)

/* x86 makes plain stores in order and plain loads in order; the compiler must
 * not change that either. */
#define LITMUS_ORDER() atomic_signal_fence(memory_order_seq_cst)

static inline int litmus_main(int hosts, void (*act)(int), void (*judge)(void),
                              int argc, char **argv)
{
    long rounds = argc > 1 ? atol(argv[1]) : 2000;
    if (mpg_hosts() < hosts) {
        if (mpg_host() == 0)
            printf("needs %d hosts\n", hosts);
        return CHECK_SKIPPED;
    }
    litmus_run(hosts, rounds, act, judge);
    return 0;
}

#endif

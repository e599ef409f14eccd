/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * For programs that every host runs: how the hosts agree on memory that one
 * of them has allocated, with the public calls alone.
 */
#ifndef MPG_TEST_SPMD_H
#define MPG_TEST_SPMD_H

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Without its last words to the others: they may be waiting at a barrier for
 * ever, and the launcher is to end them. */
#include <unistd.h>
#define CHECK_END() _exit(1)
#include "check.h"
#include "millipage.h"

static _Atomic(void *) spmd_given;

static inline void spmd_take(void *address)
{
    atomic_store(&spmd_given, address);
}

/* Collective: every host gets the address that host 0 has. */
static inline void *spmd_share(void *address)
{
    if (mpg_host() == 0) {
        CHECK(address != NULL);
        for (int host = 0; host < mpg_hosts(); host++)
            CHECK_EQ(mpg_spawn(host, spmd_take, "p", address), 0);
    }
    void *given;
    while (!(given = atomic_load(&spmd_given)))
        sched_yield();
    atomic_store(&spmd_given, NULL);
    mpg_barrier(); /* The next address must not overtake this one. */
    return given;
}

/* Collective: one minipage of zeros. */
static inline void *spmd_malloc(size_t bytes)
{
    void *mine = NULL;
    if (mpg_host() == 0) {
        mine = mpg_malloc(bytes);
        CHECK(mine != NULL);
        memset(mine, 0, bytes);
    }
    return spmd_share(mine);
}

/* Collective: contiguous memory in minipages of a page, not touched. */
static inline void *spmd_pages(size_t bytes)
{
    return spmd_share(mpg_host() == 0 ? mpg_malloc_grain(bytes, 4096) : NULL);
}

/* Runs body(argument) in `count` threads of this host, and waits for them. */
static inline void spmd_threads(int count, void *(*body)(void *))
{
    pthread_t threads[16];
    for (int i = 0; i < count; i++)
        CHECK_EQ(pthread_create(&threads[i], NULL, body, (void *)(intptr_t)i),
                 0);
    for (int i = 0; i < count; i++)
        CHECK_EQ(pthread_join(threads[i], NULL), 0);
}

/* Whether a policy, by the name of its variable, is as it is by default. */
static inline int spmd_is_on(const char *option)
{
    const char *value = getenv(option);
    return !value || strcmp(value, "0") != 0;
}

static inline struct mpg_stats spmd_stats(void)
{
    struct mpg_stats stats;
    mpg_stats(&stats, sizeof stats);
    return stats;
}

/* The last line of main.  Hosts come here together, and one of them reports. */
static inline int spmd_report(void)
{
    mpg_barrier();
    return mpg_host() == 0 ? check_report() : 0;
}

#endif

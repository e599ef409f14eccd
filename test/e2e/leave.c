/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * How a host may leave, by its argument:
 *   return   main returns early on one host, which still serves its data
 *   exit     one host calls exit(7) inside a function
 *   abort    one host aborts while the others wait for it
 *   unlock   one host unlocks a lock that it does not hold
 *   twice    two threads of one host are in the barrier
 *   free     one host frees what it has freed already, and keeps
 *   by-two   another thread of it does
 *   other    another host does
 *   grow     or it is to grow
 */
#include <signal.h>

#include "spmd.h"

static volatile long *data;

static void leave(int status)
{
    exit(status);
}

static void *in_barrier(void *unused)
{
    mpg_barrier();
    return unused;
}

static void *freed;

static void *free_it(void *unused)
{
    mpg_free(freed);
    return unused;
}

/* What is freed comes back with the next allocation of its thread, so there is
 * none. */
static void free_twice(int how)
{
    int is_last = mpg_host() == mpg_hosts() - 1;
    void **told = spmd_malloc(sizeof *told);
    if (is_last) {
        mpg_free(mpg_malloc(100)); /* There are others like it. */
        *told = freed = mpg_malloc(100);
        mpg_free(freed);
    }
    mpg_barrier();
    if (is_last && how == 'f')
        mpg_free(freed);
    if (is_last && how == 'g')
        CHECK(realloc(freed, 50));
    if (is_last && how == 'b')
        spmd_threads(1, free_it);
    if (mpg_host() == 0 && how == 'o')
        mpg_free(*told);
}

/* The host that is left reads what the others, who have gone, have written. */
static int go_on_alone(int how)
{
    int host = mpg_host(), hosts = mpg_hosts();
    for (int i = host; i < 100; i += hosts)
        data[i * 512] = i;
    mpg_barrier();
    if (host != hosts - 1) {
        if (how == 'e' && host == 0)
            leave(7);
        return 0;
    }
    for (int i = 0; i < 100; i++)
        CHECK_EQ(data[i * 512], i);
    for (int i = 0; i < 100; i++)
        data[i * 512] = -i;
    printf("all read\n");
    return 0;
}

int main(int argc, char **argv)
{
    CHECK_GE(argc, 2);
    data = spmd_pages(100 * 4096);
    int is_last = mpg_host() == mpg_hosts() - 1;
    switch (argv[1][0]) {
    case 'r':
    case 'e':
        return go_on_alone(argv[1][0]);
    case 'a':
        if (is_last)
            abort();
        break;
    case 'u':
        if (is_last)
            mpg_unlock(12345);
        break;
    case 'f':
    case 'b':
    case 'o':
    case 'g':
        free_twice(argv[1][0]);
        break;
    case 't':
        if (is_last && mpg_hosts() > 1)
            spmd_threads(2, in_barrier);
        break;
    }
    /* The others wait for what never comes. */
    for (;;)
        sched_yield();
}

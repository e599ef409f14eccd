/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * The last host makes as many regions as its argument says, one after the
 * other: each size of minipages has one of its own.  Then all use the last.
 */
#include "spmd.h"

enum { PAGE = 4096, HOSTS_MAX = PAGE / sizeof(long) };

static void make(long count)
{
    int hosts = mpg_hosts();
    long *last = NULL;
    for (long i = 0; i < count; i++) {
        last = mpg_malloc((size_t)(1 + i) * PAGE);
        CHECK(last != NULL);
    }
    for (int host = 0; host < hosts; host++)
        CHECK_EQ(mpg_spawn(host, spmd_take, "p", last), 0);
}

int main(int argc, char **argv)
{
    int host = mpg_host();
    long count = argc > 1 ? atol(argv[1]) : 1;
    CHECK_LE(mpg_hosts(), HOSTS_MAX);
    if (host == mpg_hosts() - 1)
        make(count);
    volatile long *given;
    while (!(given = atomic_load(&spmd_given)))
        sched_yield();
    given[host] = host;
    mpg_barrier();
    int next = (host + 1) % mpg_hosts();
    CHECK_EQ(given[next], next);
    mpg_barrier();
    return spmd_report();
}

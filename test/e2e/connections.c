/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Hosts are connected when they have something to say to each other, and not
 * before: barriers alone make a tree, a lock that two hosts use connects those
 * with its home, and only when all have used the data of all is everybody
 * connected with everybody.
 */
#include "spmd.h"

enum { TREE_MAX = 5 }; /* a parent and four children */

static uint64_t connections(void)
{
    return spmd_stats().connections;
}

int main(void)
{
    int host = mpg_host(), hosts = mpg_hosts();
    CHECK_LE(connections(), TREE_MAX);
    for (int i = 0; i < 100; i++)
        mpg_barrier();
    uint64_t tree = connections();
    CHECK_LE(tree, TREE_MAX);
    CHECK_GE(tree, hosts > 1);
    /* Each host takes a lock of its own, and then its neighbour's. */
    for (int i = 0; i < 2; i++) {
        unsigned id = (unsigned)((host + i) % hosts);
        mpg_lock(id);
        mpg_unlock(id);
    }
    mpg_barrier();
    CHECK_LE(connections(), tree + 2);
    mpg_barrier(); /* Whoever goes on from here connects with others. */
    long *cells = spmd_pages((size_t)hosts * 4096);
    cells[(size_t)host * 512] = host;
    mpg_barrier();
    for (int other = 0; other < hosts; other++)
        CHECK_EQ(cells[(size_t)other * 512], other);
    mpg_barrier();
    CHECK_EQ(connections(), hosts - 1);
    printf("host %d: %d connections after barriers, %d at the end\n", host,
           (int)tree, (int)connections());
    return spmd_report();
}

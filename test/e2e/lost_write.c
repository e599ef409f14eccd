/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * No write is lost while pages are taken away.  One thread of each host counts
 * in a few pages for as long as the other, which counts in many more and
 * thereby has always something to send to all hosts.  Each host counts in words
 * of its own.  What any thread has to say goes out with what another one sends;
 * if a page were among it that is not closed yet, what is counted there next
 * would be gone.  (test/fuzz/fuzz_peer.c has the same, certain and without
 * threads.)
 */
#include "spmd.h"

enum { PAGES = 4, MORE = 16, WORDS = 512, ROUNDS = 2500 };

static volatile long *data, *more;
static _Atomic int is_over;
static long counted;

static void count_in_few(void)
{
    while (!atomic_load(&is_over)) {
        for (int i = 0; i < PAGES; i++)
            data[i * WORDS + mpg_host()]++;
        counted++;
    }
}

static void count_in_many(void)
{
    for (int round = 0; round < ROUNDS; round++) {
        CHECK_EQ(mpg_prefetch((void *)more, MORE * 4096, 1), 0);
        for (int i = 0; i < MORE; i++)
            more[i * WORDS + mpg_host()]++;
    }
    atomic_store(&is_over, 1);
}

static void *count(void *number)
{
    if (number)
        count_in_many();
    else
        count_in_few();
    return NULL;
}

int main(void)
{
    data = spmd_pages(PAGES * 4096);
    more = spmd_pages(MORE * 4096);
    spmd_threads(2, count);
    for (int i = 0; i < PAGES; i++)
        CHECK_EQ(data[i * WORDS + mpg_host()], counted);
    for (int i = 0; i < MORE; i++)
        CHECK_EQ(more[i * WORDS + mpg_host()], ROUNDS);
    return spmd_report();
}

/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * A short run that comes by everything which the library does for a program:
 * memory of both kinds, faults, locks, barriers, prefetch, push, threads on
 * other hosts.  Host 0 prints "tour: right" when every number was; whoever
 * finds a wrong one says so and leaves with status 3.
 */
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

#include "millipage.h"

enum {
    PAGES = 4,
    LONGS = 4096 / sizeof(long),
    WORDS = PAGES * LONGS,
    TURNS = 4,
    MEETINGS = 60
};

/* A size that needs few views, each of which costs several system calls. */
struct count {
    long value;
    char rest[1016];
};

/* What host 0 has allocated; the others are told by a thread there. */
static _Atomic(long *) pages;
static _Atomic(struct count *) count;

static void take(long *its_pages, struct count *its_count)
{
    atomic_store(&count, its_count);
    atomic_store(&pages, its_pages);
}

static void expect(const char *what, long value, long right)
{
    if (value == right)
        return;
    fprintf(stderr, "tour: host %d: %s is %ld, not %ld\n", mpg_host(), what,
            value, right);
    _exit(3);
}

static void share(void)
{
    if (mpg_host() == 0) {
        long *its_pages = mpg_malloc_grain(sizeof(long) * WORDS, 4096);
        struct count *its_count = mpg_malloc(sizeof *its_count);

        if (!its_pages || !its_count) {
            perror("tour: no shared memory");
            _exit(3);
        }
        for (int host = 0; host < mpg_hosts(); host++)
            mpg_spawn(host, take, "pp", its_pages, its_count);
    }
    while (!atomic_load(&pages))
        sched_yield();
    mpg_barrier();
}

/* Everybody writes a part of every page, then reads all of them. */
static void write_and_read(long turn)
{
    long *words = pages;
    long sum = 0;

    for (int i = 64 * mpg_host(); i < WORDS; i += 64 * mpg_hosts())
        words[i] = turn;
    mpg_barrier();
    if (turn % 2 && mpg_host() == 0)
        mpg_push(words, sizeof(long) * WORDS);
    if (turn % 2 == 0)
        mpg_prefetch(words, sizeof(long) * WORDS, 0);
    for (int i = 0; i < WORDS; i++)
        sum += words[i];
    expect("a sum", sum, turn * (WORDS / 64));
    mpg_barrier();
}

static void count_under_lock(void)
{
    for (int i = 0; i < TURNS; i++) {
        mpg_lock(7);
        count->value++;
        mpg_unlock(7);
    }
    mpg_barrier();
    expect("the count", count->value, (long)mpg_hosts() * TURNS);
}

/* Waiting again and again, so that the server thread lingers. */
static void meet(void)
{
    for (int i = 0; i < MEETINGS; i++)
        mpg_barrier();
}

int main(void)
{
    share();
    for (long turn = 1; turn <= TURNS; turn++)
        write_and_read(turn);
    count_under_lock();
    meet();
    if (mpg_host() == 0) {
        mpg_free(count);
        puts("tour: right");
    }
    return 0;
}

/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * What the composed view saves, and that it gives way, by the counts of faults.
 * Without asking ahead (MILLIPAGE_AHEAD=0) a loop over minipages that are
 * elsewhere faults once a page ("pages"), and otherwise ("minipages") once for
 * each.  Where hosts use neighbouring minipages in each round, loops soon go by
 * minipages, and nobody faults any more.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* exit would wait for hosts that are not coming. */
#define CHECK_END() _exit(1)
#include "check.h"
#include "millipage.h"

enum {
    PAGES = 32,
    MINIPAGE = 8, /* longs */
    COUNT = PAGES * 512,
    ROUNDS = 10,
    BATCHES_MAX = 500
};

#pragma millipage shared granularity(64)
static long handed[COUNT];
#pragma millipage shared granularity(64)
static long divided[COUNT];

#pragma millipage shared granularity(element)
static volatile int quiet[8];

static int me, hosts;

static long faults(void)
{
    struct mpg_stats now;
    mpg_stats(&now, sizeof now);
    return (long)(now.read_faults + now.write_faults);
}

static void hand_over(const char *by)
{
    int is_reader = me == hosts - 1;
    if (me == 0)
        for (int i = 0; i < COUNT; i++)
            handed[i] = i;
    mpg_barrier();
    long before = faults(), sum = 0;
    for (int i = 0; is_reader && i < COUNT; i++)
        sum += handed[i];
    long count = faults() - before;
    if (is_reader)
        CHECK_EQ(sum, (long)COUNT * (COUNT - 1) / 2);
    if (is_reader && hosts > 1 && !strcmp(by, "pages"))
        CHECK(count >= PAGES && count <= PAGES + 4);
    if (is_reader && hosts > 1 && !strcmp(by, "minipages"))
        CHECK_GE(count, COUNT / MINIPAGE);
    mpg_barrier();
}

/* All hosts stop together: the others' turns are what disturbs. */
static int are_all(int is_quiet)
{
    int count = 0;
    quiet[me] = is_quiet;
    mpg_barrier();
    for (int host = 0; host < hosts; host++)
        count += quiet[host] != 0;
    mpg_barrier();
    return count == hosts;
}

static void divide(void)
{
    int is_over = 0;
    for (int batch = 0; batch < BATCHES_MAX && !is_over; batch++) {
        long before = faults();
        for (int round = 0; round < ROUNDS; round++) {
            for (int i = 0; i < COUNT; i++)
                if (i / MINIPAGE % hosts == me)
                    divided[i]++;
            mpg_barrier();
        }
        is_over = are_all(faults() == before);
    }
    CHECK(is_over);
}

int main(int count, char **arguments)
{
    me = mpg_host();
    hosts = mpg_hosts();
    hand_over(count > 1 ? arguments[1] : "");
    divide();
    if (me == 0)
        printf("all %d hosts agree\n", hosts);
    return 0;
}

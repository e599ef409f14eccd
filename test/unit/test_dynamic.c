/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Whether regions are spread over hosts, by a clock of the test's.
 */
#include "check.h"
#include "engine/engine.h"
#include "omp/dynamic.h"

#define MS 1000000u

struct mpg__engine mpg__engine;
__thread struct mpg__waited mpg__waited;
static uint64_t time_ns = 1000 * (uint64_t)MS;

bool mpg__explain_is_on;
static uint64_t explained_ns, explained_waited;

void mpg__explain_regions(uint64_t ns, uint64_t waited)
{
    explained_ns = ns;
    explained_waited = waited;
}

static void pass(void)
{
}

uint64_t mpg__now_ns(void)
{
    return time_ns;
}

/* What runs a region takes, in us: spread, of which this thread waits so much,
 * and alone. */
struct work {
    unsigned number, spread, waits, alone;
};

static unsigned times_spread, times_alone;
static unsigned move_us; /* that data take, when the way has changed */
static bool was_alone;

static void run(const struct work *work)
{
    uintptr_t address = 16 * (uintptr_t)work->number;
    bool is_alone =
        mpg__dynamic_is_alone((void (*)(void))address); /* never called */
    CHECK(mpg__waited.is_counting);
    CHECK_EQ(mpg__dynamic_is_alone_now(), is_alone);
    unsigned took = is_alone ? work->alone : work->spread;
    unsigned waits = is_alone ? 0 : work->waits;
    unsigned more = is_alone != was_alone ? move_us : 0;
    time_ns += 1000 * (uint64_t)(took + more);
    mpg__waited.ns += 1000 * (uint64_t)(waits + more);
    was_alone = is_alone;
    times_spread += !is_alone;
    times_alone += is_alone;
}

/* So many ms of these, one after the other. */
static void go_on(const struct work *works, unsigned count, unsigned ms)
{
    uint64_t end = time_ns + ms * (uint64_t)MS;
    times_spread = times_alone = 0;
    while (time_ns < end)
        for (unsigned i = 0; i < count; i++)
            run(&works[i]);
}

static bool is_alone(void)
{
    return mpg__dynamic_is_alone_now();
}

/* Hosts that do not wait are never doubted. */
static void what_scales_is_spread(void)
{
    static const struct work works[] = {{1, 500, 200, 700}, {2, 300, 20, 590}};
    go_on(works, 2, 60000);
    CHECK_EQ(times_alone, 0);
    CHECK(!is_alone());
}

/* Nor those that wait the first time that something runs. */
static void the_first_time_does_not_count(void)
{
    for (unsigned i = 0; i < 50; i++) {
        struct work once = {100 + i, 100000, 99000, 1000};
        run(&once);
    }
    CHECK(!is_alone());
}

static void what_waits_comes_home(void)
{
    static const struct work works[] = {{11, 900, 850, 90}, {12, 100, 10, 150}};
    go_on(works, 2, 1000);
    CHECK(is_alone());
    go_on(works, 2, 60000);
    CHECK(is_alone());
    /* It is looked at again, ever more rarely: some epochs a minute. */
    CHECK_LT(0, times_spread);
    CHECK_LT(times_spread * 1000ull, 2000000);
}

/* Something else comes, that hosts are good for: that is soon found out. */
static void something_else_is_spread(void)
{
    static const struct work works[] = {{21, 1000, 50, 1900}};
    CHECK(is_alone());
    go_on(works, 1, 2000);
    CHECK(!is_alone());
    go_on(works, 1, 5000);
    CHECK_EQ(times_alone, 0);
}

/* They wait, but one host takes longer still. */
static void a_trial_may_fail(void)
{
    static const struct work works[] = {{31, 1000, 700, 1500}};
    go_on(works, 1, 60000);
    CHECK(!is_alone());
    CHECK_LT(0, times_alone);
    CHECK_LT(times_alone * 1500ull, 2000000); /* us of a minute */
}

static void work_until_alone(const struct work *work)
{
    for (unsigned i = 0; i < 500 && !is_alone(); i++)
        run(work);
    CHECK(is_alone());
}

/* What comes home at first is not held against it. */
static void what_is_away_does_not_count(void)
{
    static const struct work works[] = {{41, 1000, 900, 500}};
    time_ns += 3600 * 1000 * (uint64_t)MS;
    move_us = 500000;
    go_on(works, 1, 1000);
    CHECK(is_alone());
    CHECK_LT(0, times_alone);
    move_us = 0;
}

/* Phases of a program that come once each: it had asked for all hosts. */
static void nothing_to_compare_is_spread(void)
{
    CHECK(is_alone());
    for (unsigned i = 0; i < 600; i++) {
        struct work rare = {200 + i, 1000, 100, 1900};
        for (unsigned j = 0; j < 10; j++)
            run(&rare);
    }
    CHECK(!is_alone());
}

/* Also when that begins in the midst of a trial. */
static void a_trial_ends(void)
{
    static const struct work work = {51, 1000, 900, 500};
    time_ns += 3600 * 1000 * (uint64_t)MS;
    work_until_alone(&work);
    for (unsigned i = 0; i < 2000; i++) {
        struct work rare = {800 + i, 1000, 100, 1900};
        run(&rare);
    }
    CHECK(!is_alone());
}

/* The time of a region that has to be spread, here an hour, is nobody's. */
static void what_passes_does_not_count(void)
{
    static const struct work work = {61, 1000, 900, 500};
    go_on(&work, 1, 50);
    mpg__dynamic_pass(pass);
    time_ns += 3600 * 1000 * (uint64_t)MS;
    for (unsigned i = 0; i < 60; i++)
        run(&work);
    CHECK(is_alone());
}

/* A kind that never runs in a trial is strange for ever; it is not tried for
 * ever. */
static void strangers_are_not_tried_for_ever(void)
{
    static const struct work small = {71, 1000, 950, 100},
                             large = {72, 600000, 590000, 60000};
    go_on(&small, 1, 5000);
    mpg__dynamic_pass(pass);
    time_ns += 3600 * 1000 * (uint64_t)MS;
    go_on(&small, 1, 5000);
    CHECK(is_alone());
    uint64_t end = time_ns + 60000 * (uint64_t)MS;
    times_spread = 0;
    while (time_ns < end) {
        for (unsigned i = 0; i < 200; i++)
            run(&small);
        run(&large);
    }
    CHECK(is_alone());
    CHECK_LT(times_spread * 1000ull, 2000000);
}

/* With --explain what has to be spread is accounted for, and nothing is where
 * the program was asked. */
static void what_waits_is_explained(void)
{
    mpg__explain_is_on = true;
    for (unsigned i = 0; i < 11; i++) {
        mpg__dynamic_pass(pass);
        time_ns += 3 * MS;
        mpg__waited.ns += MS;
    }
    mpg__dynamic_explain();
    CHECK_EQ(explained_ns, 27 * MS);    /* the first does not count, */
    CHECK_EQ(explained_waited, 9 * MS); /* nor the last, which is not over */
    mpg__explain_is_on = false;
    mpg__dynamic_pass(pass);
    (void)mpg__dynamic_is_alone(pass);
    explained_ns = 0;
    mpg__dynamic_explain();
    CHECK_EQ(explained_ns, 0);
}

int main(void)
{
    mpg__engine.node.hosts = 2;
    what_waits_is_explained();
    what_scales_is_spread();
    the_first_time_does_not_count();
    what_waits_comes_home();
    something_else_is_spread();
    a_trial_may_fail();
    what_is_away_does_not_count();
    nothing_to_compare_is_spread();
    a_trial_ends();
    what_passes_does_not_count();
    strangers_are_not_tried_for_ever();
    return check_report();
}

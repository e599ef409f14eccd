/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * What is asked for when a lock comes from another host.
 */
#include <string.h>

#include "base/config.h"
#include "check.h"
#include "engine/engine_internal.h"

enum { SLOTS = 256, LOCKS = 4 };
enum { LOCK, INNER };

struct mpg__config mpg__config = {.guard = 1};
struct mpg__engine mpg__engine = {.node = {.hosts = 2}};
static struct mpg__copy copies[SLOTS];
static struct mpg__guard *guards[LOCKS];

static char asked[128]; /* "5w 7r ": what was, since the lock came */

struct mpg__copy *mpg__copy_of(uint32_t region, uint32_t slot)
{
    CHECK_EQ(region, 3);
    return &copies[slot];
}

struct mpg__guard **mpg__lock_guard(uint64_t id)
{
    return &guards[id];
}

void mpg__step_copy(enum mpg__event_kind kind, uint32_t region, uint32_t slot,
                    enum mpg__access access)
{
    CHECK(kind == MPG_EVENT_WANT && region == 3 && !copies[slot].asked);
    size_t at = strlen(asked);
    snprintf(asked + at, sizeof asked - at, "%u%c ", slot,
             access == MPG_ACCESS_WRITE ? 'w' : 'r');
    copies[slot].access = (uint8_t)access;
}

/* Another host has had the lock, and what it guards. */
static void come(uint64_t id)
{
    memset(copies, 0, sizeof copies);
    asked[0] = '\0';
    mpg__guard_enter(id);
    mpg__guard_ask(guards[id]);
}

static void use(uint32_t slot, enum mpg__access access)
{
    if (copies[slot].access >= access)
        return;
    mpg__guard_note(3, slot, access);
    copies[slot].access = (uint8_t)access;
}

/* A lock comes, and so many minipages from there on are used. */
static void hold(uint32_t from, uint32_t count)
{
    come(LOCK);
    for (uint32_t slot = from; slot < from + count; slot++)
        use(slot, MPG_ACCESS_WRITE);
    mpg__guard_leave(LOCK);
}

static void begin(void)
{
    memset(guards, 0, sizeof guards);
    mpg__engine.requests_open = 0;
}

/* The second time it may be a habit.  What was first read and then written is
 * asked for once. */
static void what_comes_again_is_asked_for(void)
{
    begin();
    for (unsigned i = 0; i < 4; i++) {
        come(LOCK);
        CHECK_STR(asked, i < 2 ? "" : "5w 7r ");
        use(5, MPG_ACCESS_READ);
        use(5, MPG_ACCESS_WRITE);
        use(7, MPG_ACCESS_READ);
        mpg__guard_leave(LOCK);
    }
    /* What is here need not be asked for. */
    come(LOCK);
    memset(copies, 0, sizeof copies);
    copies[5].access = MPG_ACCESS_WRITE;
    asked[0] = '\0';
    mpg__guard_ask(guards[LOCK]);
    CHECK_STR(asked, "7r ");
    mpg__guard_leave(LOCK);
}

static void once_in_a_while_is_no_habit(void)
{
    begin();
    for (unsigned i = 0; i < 20; i++) {
        hold(9, i % 6 == 0);
        CHECK_STR(asked, "");
    }
}

/* Of so many times that a lock comes, how often is 5 asked for? */
static unsigned times_asked(unsigned times, bool is_used)
{
    unsigned count = 0;
    for (unsigned i = 0; i < times; i++) {
        hold(5, is_used);
        count += asked[0] != '\0';
    }
    return count;
}

/* Six times, then it is on trial: what is no longer used is forgotten then, and
 * what is used is believed for twice as long. */
static void credit_is_used_up(void)
{
    begin();
    CHECK_EQ(times_asked(2, true), 0);
    CHECK_EQ(times_asked(100, false), 6);
    CHECK_EQ(times_asked(2, true), 0);
    CHECK_EQ(times_asked(7, true), 6);
    CHECK_EQ(times_asked(15, true), 14);
    CHECK_EQ(times_asked(31, true), 30);
}

/* Used by others without the lock, who take it away before it is used here. */
static void contended_is_asked_for_less(void)
{
    unsigned count = 0;
    begin();
    times_asked(2, true);
    for (unsigned i = 0; i < 100; i++) {
        come(LOCK);
        count += asked[0] != '\0';
        copies[5].access = MPG_ACCESS_NONE;
        use(5, MPG_ACCESS_WRITE);
        mpg__guard_leave(LOCK);
    }
    CHECK_EQ(count, 2);
}

/* The lock that was taken last has it; and without one nothing is noted. */
static void locks_are_told_apart(void)
{
    begin();
    for (unsigned i = 0; i < 3; i++) {
        come(LOCK);
        use(5, MPG_ACCESS_WRITE);
        come(INNER);
        CHECK_STR(asked, i < 2 ? "" : "6w ");
        use(6, MPG_ACCESS_WRITE);
        mpg__guard_leave(INNER);
        use(7, MPG_ACCESS_WRITE);
        mpg__guard_leave(LOCK);
        use(8, MPG_ACCESS_WRITE);
    }
    come(LOCK);
    CHECK_STR(asked, "5w 7w ");
    mpg__guard_leave(LOCK);
}

/* More locks at a time than are kept, and more minipages behind one: the last
 * ones count. */
static void there_are_limits(void)
{
    begin();
    for (uint64_t id = 0; id < 100; id++)
        mpg__guard_enter(1000 + id);
    for (uint64_t id = 0; id < 100; id++)
        mpg__guard_leave(1000 + id);
    hold(0, 100);
    for (unsigned i = 0; i < 3; i++)
        hold(200, 3);
    CHECK_STR(asked, "200w 201w 202w ");
}

static void it_can_be_turned_off(void)
{
    begin();
    mpg__config.guard = 0;
    CHECK_EQ(times_asked(10, true), 0);
    mpg__config.guard = 1;
    mpg__engine.node.hosts = 1;
    CHECK_EQ(times_asked(10, true), 0);
    mpg__engine.node.hosts = 2;
}

int main(void)
{
    what_comes_again_is_asked_for();
    once_in_a_while_is_no_habit();
    credit_is_used_up();
    contended_is_asked_for_less();
    locks_are_told_apart();
    there_are_limits();
    it_can_be_turned_off();
    return check_report();
}

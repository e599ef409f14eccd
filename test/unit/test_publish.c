/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Which minipages are made readable at a barrier, and what becomes of those.
 */
#include <string.h>

#include "base/config.h"
#include "check.h"
#include "engine/engine_internal.h"

enum { SLOTS = 2048 };

struct mpg__vm mpg__vm;
struct mpg__config mpg__config = {.publish = 1};
static struct mpg__copy copies[SLOTS];
static uint8_t hints[SLOTS];
static struct mpg__region region = {
    .layout = {.slot_bytes = MPG_PAGE, .slots = SLOTS, .views = 1},
    .copies = copies,
    .hints = hints};
static bool is_locked;
static unsigned under_lock, most_under_lock; /* changes */

static void protect(char *start, size_t bytes)
{
    (void)start, (void)bytes;
}

static void upgrade(char *start, size_t bytes)
{
    (void)start, (void)bytes;
}

static const struct mpg__vm_backend backend = {.upgrade = upgrade,
                                               .protect = protect};

/* What each vpage allows, as the changes say. */
static enum mpg__access allows[SLOTS];

void mpg__pages_change(void (*change)(char *, size_t), uint32_t number,
                       uint32_t slot)
{
    (void)number;
    CHECK(is_locked);
    CHECK_EQ(allows[slot],
             change == protect ? MPG_ACCESS_WRITE : MPG_ACCESS_READ);
    allows[slot] = change == protect ? MPG_ACCESS_READ : MPG_ACCESS_WRITE;
    if (++under_lock > most_under_lock)
        most_under_lock = under_lock;
}

struct mpg__region *mpg__region_get(uint32_t number)
{
    (void)number;
    return &region;
}

void mpg__engine_lock(void)
{
    CHECK(!is_locked);
    is_locked = true;
    under_lock = 0;
}

void mpg__engine_unlock(void)
{
    CHECK(is_locked);
    is_locked = false;
}

void mpg__keep_drop(void)
{
    CHECK(!is_locked);
}

/* The program writes: a fault, unless it may. */
static bool writes(uint32_t slot)
{
    bool was_published = false;
    if (allows[slot] != MPG_ACCESS_WRITE) {
        mpg__engine_lock();
        was_published = mpg__publish_undo(0, slot);
        mpg__engine_unlock();
    }
    copies[slot].access = MPG_ACCESS_WRITE;
    allows[slot] = MPG_ACCESS_WRITE;
    return was_published;
}

/* Somebody reads; whether nothing had to be done for that. */
static bool is_read(uint32_t slot)
{
    bool was_ready = mpg__publish_asked(0, slot);
    CHECK_EQ(copies[slot].access, MPG_ACCESS_WRITE);
    CHECK_EQ(was_ready, allows[slot] == MPG_ACCESS_READ);
    copies[slot].access = MPG_ACCESS_READ;
    allows[slot] = MPG_ACCESS_READ;
    return was_ready;
}

static void is_taken(uint32_t slot)
{
    mpg__publish_lost(0, slot);
    copies[slot].access = MPG_ACCESS_NONE;
    allows[slot] = MPG_ACCESS_NONE;
}

static void start(void)
{
    for (uint32_t slot = 0; slot < SLOTS; slot++)
        is_taken(slot);
    mpg__publish(); /* Forgets what was in the list. */
    memset(&region.publish, 0, sizeof region.publish);
    CHECK_EQ(is_locked, false);
}

static void what_was_read_is_published(void)
{
    start();
    for (uint32_t slot = 0; slot < 3; slot++)
        writes(slot);
    mpg__publish();
    CHECK(!is_read(0) && !is_read(1));
    mpg__publish(); /* They have not been written again. */
    for (int phase = 0; phase < 50; phase++) {
        for (uint32_t slot = 0; slot < 3; slot++)
            CHECK(!writes(slot)); /* Nobody has to be asked for that. */
        mpg__publish();
        CHECK(is_read(0) && is_read(1));
        CHECK_EQ(allows[2], MPG_ACCESS_WRITE);
        if (phase % 2)
            is_taken(2);
    }
}

/* However often in one phase. */
static void once(void)
{
    start();
    for (int time = 0; time < 3; time++) {
        writes(0);
        CHECK(!is_read(0));
    }
    writes(0);
    mpg__publish();
    CHECK(is_read(0));
}

/* Also if that takes some phases. */
static void what_is_published_waits(void)
{
    start();
    writes(0);
    is_read(0);
    for (int phase = 0; phase < 3; phase++)
        mpg__publish();
    writes(0);
    for (int phase = 0; phase < 3; phase++)
        mpg__publish();
    CHECK(is_read(0));
    writes(0);
    mpg__publish();
    is_taken(0);
    writes(0); /* as a new one, of which nothing is known */
    mpg__publish();
    CHECK(!is_read(0));
}

/* The program writes in each phase, and nobody reads: soon it is let be. */
static void misses_cost_credit(void)
{
    unsigned misses = 0;
    start();
    for (int phase = 0; phase < 400; phase++) {
        writes(0);
        is_read(0);
        writes(0);
        mpg__publish();
        misses += writes(0);
    }
    CHECK_EQ(misses, 4 + 2 * (400 / 64));
    /* And a region that has proved right may go wrong for longer. */
    start();
    for (int phase = 0; phase < 100; phase++) {
        writes(0);
        mpg__publish();
        CHECK_EQ(is_read(0), phase > 0);
    }
    misses = 0;
    for (int phase = 0; phase < 40; phase++) {
        writes(0);
        mpg__publish();
        misses += writes(0);
        is_read(0);
    }
    CHECK_EQ(misses, 16);
}

static void not_what_is_in_use(void)
{
    start();
    writes(0);
    is_read(0);
    writes(0);
    copies[0].pins = 1;
    mpg__publish();
    CHECK(!is_read(0));
    copies[0].pins = 0;
}

static void only_where_a_page_has_one_vpage(void)
{
    start();
    region.layout.views = 32;
    writes(0);
    is_read(0);
    writes(0);
    mpg__publish();
    CHECK(!is_read(0));
    region.layout.views = 1;
}

static void not_if_it_is_off(void)
{
    start();
    mpg__config.publish = 0;
    writes(0);
    is_read(0);
    writes(0);
    mpg__publish();
    CHECK(!is_read(0));
    mpg__config.publish = 1;
}

/* Of many, the first ones; and others have their turn in between. */
static void many(void)
{
    unsigned ready = 0;
    start();
    for (int phase = 0; phase < 2; phase++) {
        for (uint32_t slot = 0; slot < SLOTS; slot++)
            writes(slot);
        most_under_lock = 0;
        mpg__publish();
        ready = 0;
        for (uint32_t slot = 0; slot < SLOTS; slot++)
            ready += is_read(slot);
    }
    CHECK_EQ(ready, 1024);
    CHECK_EQ(most_under_lock, 8);
}

int main(void)
{
    mpg__vm.backend = &backend;
    what_was_read_is_published();
    once();
    what_is_published_waits();
    misses_cost_credit();
    not_what_is_in_use();
    only_where_a_page_has_one_vpage();
    not_if_it_is_off();
    many();
    return check_report();
}

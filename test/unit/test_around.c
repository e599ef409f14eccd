/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * What is asked for around faults in no order: when, how much, and what not.
 */
#include <string.h>

#include "base/config.h"
#include "check.h"
#include "engine/engine_internal.h"

enum { SLOTS = 1000, BLOCK = 256, FAULTS = 8 };

struct mpg__config mpg__config = {.around = 1};
struct mpg__engine mpg__engine;
static struct mpg__copy copies[SLOTS];
static struct mpg__region region = {.copies = copies};
static uint32_t number; /* a new one for each test: blocks are remembered */

struct mpg__region *mpg__region_get(uint32_t wanted)
{
    CHECK_EQ(wanted, number);
    return &region;
}

void mpg__step_copy(enum mpg__event_kind kind, uint32_t wanted, uint32_t slot,
                    enum mpg__access access)
{
    CHECK(kind == MPG_EVENT_WANT && wanted == number && slot < SLOTS &&
          access == MPG_ACCESS_READ && !copies[slot].known);
    copies[slot].asked = (uint8_t)access;
    copies[slot].known = 1;
    mpg__engine.requests_open++;
}

static void begin(uint64_t slot_bytes, unsigned views)
{
    region.layout = (struct mpg__layout){
        .slot_bytes = slot_bytes, .slots = SLOTS, .views = views};
    memset(copies, 0, sizeof copies);
    mpg__engine.requests_open = 0;
    number++;
}

/* What it asks for beside the minipage itself. */
static unsigned fault(uint32_t slot)
{
    mpg__step_copy(MPG_EVENT_WANT, number, slot, MPG_ACCESS_READ);
    unsigned before = mpg__engine.requests_open;
    mpg__around(number, slot);
    return mpg__engine.requests_open - before;
}

/* `count` of them, `apart`, that ask for nothing. */
static void faults(uint32_t first, uint32_t apart, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        CHECK_EQ(fault(first + i * apart), 0);
}

static void is_asked(uint32_t from, uint32_t to)
{
    for (uint32_t slot = 0; slot < SLOTS; slot++)
        CHECK_EQ(copies[slot].asked != 0, slot >= from && slot < to);
}

static void asks_for_the_block(void)
{
    begin(MPG_PAGE, 1);
    faults(BLOCK + 1, 30, FAULTS - 1);
    CHECK_EQ(fault(BLOCK + 255), BLOCK - FAULTS);
    is_asked(BLOCK, 2 * BLOCK);
}

static void faults_elsewhere_do_not_count(void)
{
    begin(MPG_PAGE, 1);
    faults(0, 30, FAULTS - 1);
    faults(BLOCK, 30, FAULTS - 1);
    faults(2 * BLOCK, 30, FAULTS - 1);
    CHECK_EQ(fault(10), BLOCK - FAULTS);
}

/* Nor those of a region of another number, though there is room for one of the
 * two only. */
static void nor_in_another_region(void)
{
    begin(MPG_PAGE, 1);
    faults(0, 30, FAULTS - 1);
    uint32_t first = number;
    begin(MPG_PAGE, 1);
    number = first + 4096;
    faults(0, 30, FAULTS - 1);
    CHECK_EQ(fault(255), BLOCK - FAULTS);
    number = first;
    memset(copies, 0, sizeof copies);
    faults(0, 30, FAULTS - 1);
}

static void what_was_known_is_let_be(void)
{
    begin(MPG_PAGE, 1);
    for (uint32_t slot = 100; slot < 150; slot++)
        copies[slot].known = 1;
    faults(0, 10, FAULTS - 1);
    CHECK_EQ(fault(255), BLOCK - FAULTS - 50);
    for (uint32_t slot = 100; slot < 150; slot++)
        CHECK_EQ(copies[slot].asked, 0);
}

static void a_region_ends(void)
{
    begin(MPG_PAGE, 1);
    faults(3 * BLOCK, 10, FAULTS - 1);
    CHECK_EQ(fault(SLOTS - 1), SLOTS - 3 * BLOCK - FAULTS);
}

/* What did not fit is asked for when there was as much again. */
static void only_so_many_are_open(void)
{
    begin(MPG_PAGE, 1);
    faults(0, 2, FAULTS - 1);
    mpg__engine.requests_open = MPG_PREFETCH_MAX - 10;
    CHECK_EQ(fault(50), 9);
    mpg__engine.requests_open = 0;
    faults(100, 2, FAULTS - 1);
    CHECK_EQ(fault(200), BLOCK - 2 * FAULTS - 9);
}

static void blocks_are_as_many_bytes(void)
{
    begin(16 * MPG_PAGE, 1);
    faults(16, 2, FAULTS - 1);
    CHECK_EQ(fault(31), 16 - FAULTS);
    is_asked(16, 32);
    begin(3 * MPG_PAGE, 1); /* 85 of them */
    faults(85, 2, FAULTS - 1);
    CHECK_EQ(fault(169), 85 - FAULTS);
    is_asked(85, 170);
    begin(2ul << 20, 1);
    faults(0, 1, 20);
}

static void not_of_small_ones(void)
{
    begin(1024, 4);
    faults(0, 3, 100);
}

static void nor_when_it_is_off(void)
{
    mpg__config.around = 0;
    begin(MPG_PAGE, 1);
    faults(0, 3, 50);
    mpg__config.around = 1;
}

int main(void)
{
    asks_for_the_block();
    faults_elsewhere_do_not_count();
    nor_in_another_region();
    what_was_known_is_let_be();
    a_region_ends();
    only_so_many_are_open();
    blocks_are_as_many_bytes();
    not_of_small_ones();
    nor_when_it_is_off();
    return check_report();
}

/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * What is asked for ahead of a stream, and how much more while that comes.
 */
#include <string.h>

#include "base/config.h"
#include "check.h"
#include "engine/engine_internal.h"

enum { SLOTS = 8192, WINDOW = 255 };

struct mpg__config mpg__config = {.ahead = 1};
struct mpg__engine mpg__engine;
static struct mpg__copy copies[SLOTS];
static uint8_t hints[SLOTS];
static struct mpg__region region = {.copies = copies, .hints = hints};
static unsigned asked; /* in all */

struct mpg__region *mpg__region_get(uint32_t number)
{
    CHECK_EQ(number, 3);
    return &region;
}

void mpg__step_copy(enum mpg__event_kind kind, uint32_t number, uint32_t slot,
                    enum mpg__access access)
{
    CHECK(kind == MPG_EVENT_WANT && number == 3 && !copies[slot].asked);
    copies[slot].asked = (uint8_t)access;
    mpg__engine.requests_open++;
    asked++;
}

void mpg__recall_note(uint32_t number, uint32_t slot, enum mpg__access access)
{
    (void)number, (void)slot, (void)access;
}

void mpg__engine_lock(void)
{
}

void mpg__engine_unlock(void)
{
}

/* So many of what was asked for come, first ones first. */
static void come(unsigned count)
{
    for (uint32_t i = 0; i < SLOTS && count; i++)
        if (copies[i].asked) {
            copies[i].asked = MPG_ACCESS_NONE;
            copies[i].access = MPG_ACCESS_READ;
            mpg__engine.requests_open--;
            count--;
        }
}

/* A thread reads on, and faults where it must; until faults ask for so many
 * at once.  Returns the minipage of the last one. */
static uint32_t stream(unsigned window)
{
    for (uint32_t slot = 0;; slot++) {
        CHECK_LT(slot, SLOTS);
        if (copies[slot].access)
            continue;
        unsigned before = asked;
        mpg__step_copy(MPG_EVENT_WANT, 3, slot, MPG_ACCESS_READ);
        mpg__ahead(3, slot, MPG_ACCESS_READ);
        if (asked - before > window)
            return slot;
        come(mpg__engine.requests_open);
        mpg__ahead_end();
    }
}

static void begin(uint64_t slot_bytes)
{
    region.layout =
        (struct mpg__layout){.slot_bytes = slot_bytes, .slots = SLOTS};
    memset(copies, 0, sizeof copies);
    memset(hints, 0, sizeof hints);
    asked = 0;
    mpg__engine.requests_open = 0;
}

/* Half a window more whenever no more than half a one is under way, up to
 * three windows. */
static void goes_on_while_it_comes(void)
{
    begin(4096);
    stream(WINDOW - 1);
    unsigned before = asked;
    come(mpg__engine.requests_open - WINDOW / 2 - 1);
    mpg__ahead_go_on();
    CHECK_EQ(asked, before);
    come(1);
    mpg__ahead_go_on();
    CHECK_EQ(asked, before + WINDOW / 2);
    unsigned turns = 0;
    for (; turns < 100; turns++) {
        come(WINDOW / 2);
        mpg__ahead_go_on();
        CHECK_LE(mpg__engine.requests_open, WINDOW);
    }
    CHECK_GE(asked - before, 3 * WINDOW);
    CHECK_LE(asked - before, 3 * WINDOW + WINDOW / 2);
}

/* Not for a stream that is still being tried, and not when the fault is over:
 * the same thread waits for other things. */
static void goes_on_for_its_fault_alone(void)
{
    begin(4096);
    stream(60);
    come(mpg__engine.requests_open);
    unsigned before = asked;
    mpg__ahead_go_on();
    CHECK_EQ(asked, before);
    begin(4096);
    stream(WINDOW - 1);
    come(mpg__engine.requests_open);
    before = asked;
    mpg__ahead_end();
    mpg__ahead_go_on();
    CHECK_EQ(asked, before);
}

/* Nothing for as long as it may be chance, and then fourfold each time, its own
 * minipage included. */
static void grows_fourfold(void)
{
    static const unsigned more[] = {0, 0, 0, 0, 0, 0, 0, 7, 31, 127, 255, 255};
    uint32_t slot = 0;
    begin(4096);
    for (unsigned fault = 0; fault < sizeof more / sizeof *more; fault++) {
        unsigned before = asked;
        mpg__step_copy(MPG_EVENT_WANT, 3, slot, MPG_ACCESS_READ);
        mpg__ahead(3, slot, MPG_ACCESS_READ);
        CHECK_EQ(asked - before, 1 + more[fault]);
        come(mpg__engine.requests_open);
        mpg__ahead_end();
        slot += 1 + more[fault];
    }
}

/* 1 MiB, whatever the minipages. */
static void large_ones_are_fewer(void)
{
    begin(65536);
    stream(15);
    CHECK_EQ(mpg__engine.requests_open, 17);
    come(9);
    unsigned before = asked;
    mpg__ahead_go_on();
    CHECK_EQ(asked, before + 8);
}

int main(void)
{
    goes_on_while_it_comes();
    goes_on_for_its_fault_alone();
    grows_fourfold();
    large_ones_are_fewer();
    return check_report();
}

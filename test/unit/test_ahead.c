/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * What is asked for ahead of a stream, and how much more while that comes.
 */
#include <string.h>

#include "base/config.h"
#include "check.h"
#include "engine/engine_internal.h"

enum { SLOTS = 8192, WINDOW = 256 };

struct mpg__config mpg__config = {.ahead = 1};
struct mpg__engine mpg__engine;
static struct mpg__copy copies[SLOTS];
static uint8_t hints[SLOTS];
static struct mpg__region region = {.copies = copies, .hints = hints};
static unsigned asked; /* in all */
static bool goes_on;   /* as the last fault was told */
static unsigned hidden, shown;
static unsigned runs_told, run_length; /* of what goes through views */

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

struct mpg__copy *mpg__copy_of(uint32_t number, uint32_t slot)
{
    CHECK_EQ(number, 3);
    return &copies[slot];
}

void mpg__recall_note(uint32_t number, uint32_t slot, enum mpg__access access)
{
    (void)number, (void)slot, (void)access;
}

void mpg__advice_run(uint32_t number, uint32_t first, uint32_t next)
{
    CHECK_EQ(number, 3);
    runs_told++;
    run_length = next - first;
}

void mpg__composed_hide(uint32_t number, uint32_t slot)
{
    CHECK(number == 3 && !copies[slot].asked);
    hidden++;
}

void mpg__composed_show(uint32_t number, uint32_t slot)
{
    CHECK(number == 3 && !copies[slot].asked);
    shown++;
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
        mpg__ahead(3, slot, 1, 1, MPG_ACCESS_READ);
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

static unsigned fault(uint32_t slot)
{
    unsigned before = asked;
    mpg__step_copy(MPG_EVENT_WANT, 3, slot, MPG_ACCESS_READ);
    goes_on = mpg__ahead(3, slot, 1, 1, MPG_ACCESS_READ);
    return asked - before - 1;
}

static void is_asked(uint32_t from, uint32_t to)
{
    for (uint32_t i = 0; i < SLOTS; i++)
        CHECK_EQ(copies[i].asked != 0, i >= from && i < to);
}

/* A stencil reads several fields, an element of each after the other. */
static void goes_through_many_at_once(void)
{
    enum { FIELDS = 16, APART = SLOTS / FIELDS };
    begin(4096);
    for (uint32_t i = 0; i < 8; i++)
        for (uint32_t field = 0; field < FIELDS; field++) {
            CHECK_EQ(fault(field * APART + i), i == 7 ? 7 : 0);
            CHECK_EQ(goes_on, i > 0);
            come(mpg__engine.requests_open);
        }
}

/* A run that has become long goes over up to eight minipages that are here.
 * Those that are not here, or not to be written, end it. */
static void goes_over_what_is_here(uint32_t first, uint32_t gap,
                                   enum mpg__access access, bool is_over)
{
    begin(4096);
    for (uint32_t i = 0; i < 7; i++) {
        CHECK_EQ(fault(first + i), 0);
        come(1);
    }
    uint32_t last = first + 7 + gap;
    for (uint32_t slot = first + 7; slot < last; slot++)
        copies[slot].access = (uint8_t)access;
    CHECK(mpg__ahead_is_likely(3, last, 1, MPG_ACCESS_READ) == is_over);
    CHECK_EQ(fault(last), is_over ? 7 : 0);
}

/* One row of a plane is used with all the others, before they come to it. */
static void goes_on_behind_another(void)
{
    begin(4096);
    CHECK_EQ(fault(3507), 0);
    for (uint32_t slot = 3500; slot < 3507; slot++) {
        CHECK_EQ(fault(slot), 0);
        come(2);
    }
    CHECK_EQ(fault(3508), 7);
}

static void goes_over_to_write(void)
{
    begin(4096);
    for (uint32_t slot = 3300; slot < 3309; slot++) {
        if (slot == 3306) /* It may be read, and is written behind. */
            copies[slot++].access = MPG_ACCESS_READ;
        copies[slot].asked = MPG_ACCESS_WRITE;
        mpg__engine.requests_open++;
        asked++;
        mpg__ahead(3, slot, 1, 1, MPG_ACCESS_WRITE);
        come(1);
    }
    CHECK_EQ(asked, 8);
}

/* As up, from the second fault on; and to the first minipage at most. */
static void goes_down(void)
{
    uint32_t slot = 150;
    unsigned told = runs_told;
    begin(4096);
    for (unsigned i = 0; i < 7; i++) {
        CHECK(mpg__ahead_is_likely(3, slot, 1, MPG_ACCESS_READ) == (i > 1));
        CHECK_EQ(fault(slot), 0);
        come(1);
        slot--;
    }
    CHECK_EQ(fault(slot), 7);
    is_asked(slot - 7, slot + 1);
    come(8);
    slot -= 8;
    CHECK_EQ(fault(slot), 31);
    is_asked(slot - 31, slot + 1);
    come(32);
    slot -= 32;
    CHECK_EQ(fault(slot), slot); /* 127 would be more than there are. */
    is_asked(0, slot + 1);
    come(SLOTS);
    /* Again: all that it went on at has credit. */
    for (uint32_t i = 0; i < SLOTS; i++)
        copies[i].access = MPG_ACCESS_NONE;
    CHECK_EQ(fault(150), 0);
    come(1);
    CHECK_EQ(fault(149), 148 - 143 + 1);
    is_asked(143, 150);
    come(7);
    mpg__ahead_end();
    CHECK_EQ(runs_told, told + 2); /* Their first faults: that is for loops. */
}

static void goes_up_in_the_composed_view(void)
{
    begin(1024);
    fault(150);
    fault(149);
    come(SLOTS);
    mpg__ahead(3, 148, 1, 4, MPG_ACCESS_READ); /* It would be next, down. */
    CHECK(mpg__ahead_is_likely(3, 152, 1, MPG_ACCESS_READ)); /* its page */
    CHECK(!mpg__ahead_is_likely(3, 147, 1, MPG_ACCESS_READ));
    come(SLOTS);
    mpg__ahead_end();
}

/* One that has gone up does not turn back. */
static void does_not_turn(void)
{
    begin(4096);
    for (unsigned i = 0; i < 4; i++) {
        CHECK_EQ(fault(1000 + i), 0);
        come(1);
    }
    CHECK_EQ(fault(999), 0);
    CHECK_EQ(fault(1004), 0);
    CHECK_EQ(fault(998), 0);
    come(3);
    for (unsigned i = 5; i < 7; i++) {
        CHECK_EQ(fault(1000 + i), 0);
        come(1);
    }
    CHECK_EQ(fault(1007), 7);
    come(8);
    mpg__ahead_end();
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

/* What a loop has said that it goes through is as sure as a long stream, and
 * ends where it has said. */
static void goes_on_as_expected(void)
{
    begin(4096);
    mpg__ahead_expect(3, 100, 800, MPG_ACCESS_READ);
    CHECK(!mpg__ahead_is_likely(3, 99, 1, MPG_ACCESS_READ));
    CHECK(mpg__ahead_is_likely(3, 100, 1, MPG_ACCESS_READ));
    CHECK(!mpg__ahead_is_likely(3, 100, 1, MPG_ACCESS_WRITE));
    for (uint32_t slot = 100; slot < 800; slot += WINDOW) {
        unsigned left = 800 - slot, before = asked;
        mpg__step_copy(MPG_EVENT_WANT, 3, slot, MPG_ACCESS_READ);
        mpg__ahead(3, slot, 1, 1, MPG_ACCESS_READ);
        CHECK_EQ(asked - before, left < WINDOW + 1 ? left : WINDOW + 1);
        come(mpg__engine.requests_open);
        mpg__ahead_end();
        slot++; /* Its own one, too. */
    }
    CHECK_EQ(asked, 700);
    CHECK(!copies[99].access && !copies[800].access);
    /* And one that faults there or elsewhere begins like any other. */
    for (uint32_t slot = 800; slot < 808; slot++) {
        CHECK_EQ(fault(slot), slot == 807 ? 7 : 0);
        come(1);
    }
    CHECK_EQ(fault(2000), 0);
}

/* Nothing for as long as it may be chance, and then fourfold each time, its own
 * minipage included. */
static void grows_fourfold(void)
{
    static const unsigned more[] = {0, 0, 0, 0, 0, 0, 0, 7, 31, 127, 256, 256};
    uint32_t slot = 0;
    begin(4096);
    for (unsigned fault = 0; fault < sizeof more / sizeof *more; fault++) {
        unsigned before = asked;
        bool is_likely = mpg__ahead_is_likely(3, slot, 1, MPG_ACCESS_READ);
        CHECK_EQ(is_likely, fault > 0);
        CHECK(!mpg__ahead_is_likely(3, slot, 1, MPG_ACCESS_WRITE));
        CHECK(!mpg__ahead_is_likely(3, slot + 1, 1, MPG_ACCESS_READ));
        mpg__step_copy(MPG_EVENT_WANT, 3, slot, MPG_ACCESS_READ);
        mpg__ahead(3, slot, 1, 1, MPG_ACCESS_READ);
        CHECK_EQ(asked - before, 1 + more[fault]);
        come(mpg__engine.requests_open);
        mpg__ahead_end();
        slot += 1 + more[fault];
    }
}

/* In front of where a run went on before, too, if that was lost again. */
static void is_likely_where_it_was_before(void)
{
    begin(4096);
    for (uint32_t slot = 4; slot < 6; slot++) {
        mpg__step_copy(MPG_EVENT_WANT, 3, slot, MPG_ACCESS_READ);
        mpg__ahead(3, slot, 1, 1, MPG_ACCESS_READ);
    }
    CHECK(mpg__ahead_is_likely(3, 4, 1, MPG_ACCESS_READ));
    CHECK(!mpg__ahead_is_likely(3, 4, 1, MPG_ACCESS_WRITE));
    CHECK(!mpg__ahead_is_likely(3, 5, 1, MPG_ACCESS_READ));
    CHECK(!mpg__ahead_is_likely(3, SLOTS - 1, 1, MPG_ACCESS_READ));
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

/* Less than 1 MiB, but many pages in each of their views. */
static void small_ones_are_many(void)
{
    const unsigned most = 4095;
    begin(64);
    stream(most - 1);
    CHECK_EQ(mpg__engine.requests_open, 1 + most);
    come(2 + most / 2);
    mpg__ahead_go_on();
    CHECK_EQ(mpg__engine.requests_open, most / 2 + most / 2);
}

/* Whether all or nothing of a page is asked for or here. */
static bool is_whole(uint32_t page)
{
    uint64_t bytes = region.layout.slot_bytes, from = page * MPG_PAGE;
    uint32_t some = 0, count = 0;
    for (uint32_t slot = (uint32_t)(from / bytes);
         slot * bytes < from + MPG_PAGE; slot++) {
        /* One that lies on two pages may be there for the other. */
        bool is_inside =
            slot * bytes >= from && (slot + 1) * bytes <= from + MPG_PAGE;
        bool is_there = copies[slot].asked || copies[slot].access;
        some += is_there && is_inside;
        count += is_inside;
        if (!is_there && !is_inside && some)
            return false;
    }
    return !some || some == count;
}

/* A thread goes through pages of the composed view. */
static void composed_pages_are_asked_as_a_whole(uint64_t bytes)
{
    enum { PAGES = 40 };
    begin(bytes);
    hidden = shown = 0;
    for (int round = 0; round < 2; round++) {
        unsigned most = 0;
        for (uint32_t page = 0; page < PAGES; page++) {
            uint32_t first = (uint32_t)(page * MPG_PAGE / bytes);
            uint32_t end = (uint32_t)(((page + 1) * MPG_PAGE - 1) / bytes) + 1;
            unsigned before = asked;
            uint32_t from = end;
            for (uint32_t slot = end; slot-- > first;)
                if (!copies[slot].access)
                    from = slot;
            if (from == end)
                continue;
            for (uint32_t slot = from; slot < end; slot++)
                if (!copies[slot].access)
                    mpg__step_copy(MPG_EVENT_WANT, 3, slot, MPG_ACCESS_READ);
            unsigned own = asked - before;
            mpg__ahead(3, from, end - from, end - first, MPG_ACCESS_READ);
            most = asked - before - own > most ? asked - before - own : most;
            for (uint32_t each = 0; each < PAGES; each++)
                CHECK(is_whole(each));
            come(mpg__engine.requests_open);
            mpg__ahead_end();
        }
        CHECK_GE(most, 100);
        memset(copies, 0, sizeof copies);
    }
    CHECK(hidden > 0 && !shown);
}

/* Nor is a part of one asked for where no more can be open. */
static void no_part_of_a_page_at_the_limit(void)
{
    uint32_t slot = 0;
    unsigned count = 0;
    begin(1024);
    for (int fault = 0; fault < 12; fault++) {
        unsigned before = asked;
        if (fault == 11)
            mpg__engine.requests_open = MPG_PREFETCH_MAX - 6;
        mpg__ahead(3, slot, 4, 4, MPG_ACCESS_READ);
        count = asked - before;
        come(count);
        mpg__ahead_end();
        slot += 4 + count;
    }
    CHECK_EQ(count, 4);
}

/* What went by pages is no run of minipages that began there. */
static void runs_begin_with_their_view(void)
{
    begin(1024);
    runs_told = 0;
    uint32_t slot = 0;
    for (; slot < 40; slot += 4) {
        mpg__ahead(3, slot, 4, 4, MPG_ACCESS_READ);
        for (; copies[slot + 4].asked; slot += 4)
            ;
    }
    CHECK_EQ(runs_told, 0);
    mpg__ahead(3, slot, 1, 1, MPG_ACCESS_READ);
    CHECK(runs_told == 1 && run_length == 1);
    mpg__ahead(3, slot + 1, 1, 1, MPG_ACCESS_READ);
    CHECK(runs_told == 2 && run_length == 2);
}

int main(void)
{
    goes_down();
    does_not_turn();
    goes_through_many_at_once();
    goes_over_what_is_here(2600, 1, MPG_ACCESS_READ, true);
    goes_over_what_is_here(2700, 8, MPG_ACCESS_WRITE, true);
    goes_over_what_is_here(2800, 9, MPG_ACCESS_READ, false);
    goes_over_what_is_here(2900, 3, MPG_ACCESS_NONE, false);
    goes_on_behind_another();
    goes_over_to_write();
    goes_up_in_the_composed_view();
    goes_on_while_it_comes();
    goes_on_for_its_fault_alone();
    goes_on_as_expected();
    grows_fourfold();
    is_likely_where_it_was_before();
    large_ones_are_fewer();
    small_ones_are_many();
    composed_pages_are_asked_as_a_whole(1024);
    composed_pages_are_asked_as_a_whole(128);
    composed_pages_are_asked_as_a_whole(24);
    no_part_of_a_page_at_the_limit();
    runs_begin_with_their_view();
    return check_report();
}

/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * For how long minipages are kept that hosts take from each other, and when
 * they are let go.
 */
#include <string.h>
#include <sys/timerfd.h>

#include "base/config.h"
#include "base/fatal.h"
#include "check.h"
#include "engine/engine_internal.h"
#include "engine/need.h"

enum { SLOTS = 256, SELF = 4, FAULT_NS = 20000 };

struct mpg__config mpg__config;
struct mpg__engine mpg__engine;
static struct mpg__copy copies[SLOTS];
static uint64_t now;
static uint64_t rings; /* when the timer does, as it was set last */
static bool is_locked;
static unsigned handed_on; /* to who waited */

uint64_t mpg__now_ns(void)
{
    return now;
}

int timerfd_settime(int fd, int flags, const struct itimerspec *when,
                    struct itimerspec *before)
{
    CHECK(fd >= 0 && flags == TFD_TIMER_ABSTIME && !before);
    rings = (uint64_t)when->it_value.tv_sec * 1000000000u +
            (uint64_t)when->it_value.tv_nsec;
    return 0;
}

struct mpg__copy *mpg__copy_of(uint32_t region, uint32_t slot)
{
    CHECK_EQ(region, 1);
    return &copies[slot];
}

void mpg__step_copy(enum mpg__event_kind kind, uint32_t region, uint32_t slot,
                    enum mpg__access access)
{
    CHECK_EQ(kind, MPG_EVENT_UNPIN);
    CHECK(copies[slot].pins == 1 && copies[slot].deferred);
    CHECK(region == 1 && access == MPG_ACCESS_NONE);
    copies[slot].pins = 0;
    copies[slot].deferred = 0;
    handed_on++;
}

void mpg__engine_lock(void)
{
    CHECK(!is_locked);
    is_locked = true;
}

void mpg__engine_unlock(void)
{
    CHECK(is_locked);
    is_locked = false;
}

void mpg__fatal(const char *format, ...)
{
    CHECK_FAIL("%s", format);
}

static const unsigned char store[] = {0x89, 0x01}, locked[] = {0xf0, 0x48, 1},
                           swaps[] = {0x48, 0x87, 0x01};

static struct mpg__need need_of(uint32_t slot, enum mpg__access access)
{
    return (struct mpg__need){.region = 1,
                              .slot = slot,
                              .count = 1,
                              .page = MPG_NO_PAGE,
                              .access = (uint8_t)access};
}

/* The program goes on for so long, and faults; the fault takes FAULT_NS. */
static uint32_t fault(uint32_t slot, enum mpg__access access, uintptr_t place,
                      const unsigned char *code, uint64_t after)
{
    struct mpg__need need = need_of(slot, access);
    now += after;
    uint32_t ns = mpg__keep_fault(&need, (const void *)place, (uintptr_t)code);
    mpg__keep_pause();
    now += FAULT_NS;
    mpg__keep_go_on();
    mpg__keep_came(&need, ns);
    return ns;
}

static uint32_t next_place;

/* A loop goes on, and comes back for what it has lost: so long after. */
static uint32_t comes_back(uint32_t slot, uint64_t after)
{
    return fault(slot, MPG_ACCESS_WRITE, ++next_place, store, after);
}

static uint32_t new_slot(void)
{
    static uint32_t slot;
    return ++slot;
}

static void dense_loops_keep_longer(void)
{
    uint32_t slot = new_slot(), ns = 0;
    CHECK_EQ(comes_back(slot, 0), 0);
    for (uint32_t faults = 2; faults <= 8; faults *= 2) {
        ns = comes_back(slot, ns + FAULT_NS);
        CHECK_EQ(ns, faults * FAULT_NS);
    }
    CHECK_EQ(comes_back(slot, ns), 8 * FAULT_NS); /* and no longer */
    CHECK_EQ(comes_back(slot, 1), 8 * FAULT_NS);  /* lost before that */
    ns = 8 * FAULT_NS;
    for (uint32_t faults = 4; faults; faults /= 2) {
        ns = comes_back(slot, ns + FAULT_NS + 1);
        CHECK_EQ(ns, faults * FAULT_NS);
    }
    CHECK_EQ(comes_back(slot, ns + FAULT_NS + 1), 0);
    mpg__config.keep_us = 30;
    CHECK_EQ(comes_back(slot, 0), 30000);
    mpg__config.keep_us = 1000;
}

/* What it waits for is not its own time. */
static void waiting_does_not_count(void)
{
    uint32_t slot = new_slot(), other = new_slot();
    comes_back(slot, 0);
    for (int i = 0; i < 5; i++) {
        comes_back(other, 0);
        mpg__keep_drop();
    }
    CHECK_EQ(comes_back(slot, 0), 0); /* It has idled since. */
    comes_back(other, 0);
    comes_back(other, 0);
    CHECK_EQ(comes_back(slot, 0), 2 * FAULT_NS);
}

static void words_to_wait_by_are_not_kept(void)
{
    uint32_t slot = new_slot();
    fault(slot, MPG_ACCESS_READ, 8, store, 0);
    for (int i = 0; i < 9; i++) {
        CHECK_EQ(fault(slot, MPG_ACCESS_READ, 8, store, 0), 0);
        CHECK_EQ(fault(slot, MPG_ACCESS_WRITE, 8, locked, 0), 0);
        CHECK_EQ(fault(slot, MPG_ACCESS_WRITE, 8, locked, 0), 0);
        CHECK_EQ(fault(slot, MPG_ACCESS_WRITE, 8, swaps, 0), 0);
    }
    CHECK_EQ(fault(slot, MPG_ACCESS_WRITE, 8, store, 0), 2 * FAULT_NS);
    /* The right to write what it can read was not lost. */
    slot = new_slot();
    CHECK_EQ(fault(slot, MPG_ACCESS_READ, 8, store, 0), 0);
    CHECK_EQ(fault(slot, MPG_ACCESS_WRITE, 16, store, 0), 0);
    CHECK_EQ(fault(slot, MPG_ACCESS_READ, 24, store, 0), 2 * FAULT_NS);
    CHECK_EQ(fault(slot, MPG_ACCESS_WRITE, 24, store, 0), 2 * FAULT_NS);
}

static void keep(uint32_t slot, uint32_t ns)
{
    struct mpg__need need = need_of(slot, MPG_ACCESS_WRITE);
    copies[slot].pins++;
    mpg__keep(&need, ns);
}

static void is_wanted(uint32_t slot, unsigned by)
{
    copies[slot].deferred = MPG_MESSAGE_SUPPLY_WRITE;
    copies[slot].deferred_requester = (uint16_t)by;
    mpg__keep_wanted(1, slot);
}

/* Whether it has just been handed on. */
static bool is_gone(uint32_t slot)
{
    return !copies[slot].pins;
}

static void until_its_moment_is_over(void)
{
    uint32_t slot = new_slot();
    mpg__keep_wanted(1, slot);
    rings = 0;
    keep(slot, 500);
    CHECK_EQ(rings, 0); /* Nobody wants it. */
    is_wanted(slot, SELF - 1);
    CHECK_EQ(rings, now + 500);
    now += 499;
    mpg__keep_end();
    CHECK(!is_gone(slot) && rings == now + 1);
    now += 1;
    mpg__keep_end();
    CHECK(is_gone(slot));
    /* What nobody wants is forgotten when there is something new. */
    keep(slot, 500);
    now += 500;
    keep(new_slot(), 100);
    CHECK(is_gone(slot));
    mpg__keep_drop();
}

static void one_pin(void)
{
    uint32_t slot = new_slot();
    keep(slot, 500);
    now += 100;
    keep(slot, 500);
    CHECK_EQ(copies[slot].pins, 1);
    is_wanted(slot, SELF + 1);
    now += 400;
    mpg__keep_end();
    CHECK(!is_gone(slot));
    now += 100;
    mpg__keep_end();
    CHECK(is_gone(slot));
}

static void the_sooner_first(void)
{
    uint32_t late = new_slot(), early = new_slot();
    keep(late, 900);
    is_wanted(late, SELF + 1);
    keep(early, 300);
    is_wanted(early, SELF + 1);
    CHECK_EQ(rings, now + 300);
    now += 300;
    mpg__keep_end();
    CHECK(is_gone(early) && !is_gone(late) && rings == now + 600);
    mpg__keep_drop();
    CHECK(is_gone(late));
}

/* Of two hosts that wait for each other the one behind gives way. */
static void who_waits(void)
{
    uint32_t a = new_slot(), b = new_slot(), c = new_slot();
    struct mpg__need need = need_of(new_slot(), MPG_ACCESS_WRITE);
    keep(a, 500);
    is_wanted(a, SELF - 1);
    keep(b, 500);
    is_wanted(b, SELF + 1);
    keep(c, 500);
    mpg__keep_fault(&need, &need, (uintptr_t)store);
    mpg__keep_pause();
    CHECK(is_gone(a) && !is_gone(b) && !is_gone(c));
    now += 5000;
    mpg__keep_end();
    CHECK(!is_gone(b)); /* Its moment does not pass. */
    is_wanted(c, SELF - 1);
    CHECK(is_gone(c));
    mpg__keep_go_on();
    CHECK_EQ(rings, now + 500);
    mpg__keep_came(&need, 0);
    mpg__keep_pause();
    now += 1000000 + 499;
    mpg__keep_end();
    CHECK(!is_gone(b));
    now += 1; /* But not for ever. */
    mpg__keep_end();
    CHECK(is_gone(b));
    mpg__keep_go_on();
    mpg__keep_came(&need, 0);
}

static void all_that_there_is_room_for(void)
{
    uint32_t first = new_slot(), kept = 0;
    keep(first, 500);
    for (uint32_t slot = SLOTS - 100; slot < SLOTS; slot++)
        keep(slot, 500);
    for (uint32_t slot = 0; slot < SLOTS; slot++)
        kept += copies[slot].pins;
    CHECK_EQ(kept, 64);
    mpg__keep_drop();
    for (uint32_t slot = 0; slot < SLOTS; slot++)
        CHECK(is_gone(slot));
}

static void off(void)
{
    uint32_t slot = new_slot();
    mpg__config.keep_us = 0;
    for (int i = 0; i < 9; i++)
        CHECK_EQ(comes_back(slot, 0), 0);
}

int main(void)
{
    CHECK_GE(mpg__keep_start(), 0);
    mpg__config.keep_us = 1000;
    mpg__engine.node.self = SELF;
    dense_loops_keep_longer();
    waiting_does_not_count();
    words_to_wait_by_are_not_kept();
    until_its_moment_is_over();
    one_pin();
    the_sooner_first();
    who_waits();
    all_that_there_is_room_for();
    CHECK_GT(handed_on, 0);
    off();
    return check_report();
}

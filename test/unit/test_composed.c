/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * The composed view: which pages are open in it, what is hidden in the others
 * meanwhile, and when compiled code is told to use it.
 */
#include <string.h>

#include "base/config.h"
#include "check.h"
#include "engine/engine_internal.h"

enum { SLOTS = 4096, PAGES = 64, NUMBER = 3 };
#define MS UINT64_C(1000000)

struct mpg__config mpg__config;
struct mpg__vm mpg__vm;
struct mpg__engine mpg__engine;
struct mpg__services mpg__services;
static struct mpg__copy copies[SLOTS];
static uint8_t hints[SLOTS], composed[PAGES], known[PAGES];
static struct mpg__region region;
static uint64_t now;
static char views[2]; /* what happened to vpages of slots: letter and slot */
static uint32_t views_slot;
static unsigned changes;
static int told; /* -1: nothing */

/* What the composed view's pages are, by the changes made to them. */
static void change(char *start, size_t bytes, unsigned from, unsigned to)
{
    size_t at = (size_t)(start - mpg__vm_composed()) - region.layout.offset;
    size_t page = at / MPG_PAGE;
    CHECK(bytes == MPG_PAGE && page < PAGES && (from >> known[page] & 1));
    known[page] = (uint8_t)to;
    changes++;
}

static void open_read(char *start, size_t bytes)
{
    change(start, bytes, 1, MPG_ACCESS_READ);
}

static void open_write(char *start, size_t bytes)
{
    change(start, bytes, 1, MPG_ACCESS_WRITE);
}

static void upgrade(char *start, size_t bytes)
{
    change(start, bytes, 2, MPG_ACCESS_WRITE);
}

static void protect(char *start, size_t bytes)
{
    change(start, bytes, 4, MPG_ACCESS_READ);
}

static void close_pages(char *start, size_t bytes)
{
    change(start, bytes, 2 | 4, MPG_ACCESS_NONE);
}

static const struct mpg__vm_backend backend = {.open_read = open_read,
                                               .open_write = open_write,
                                               .upgrade = upgrade,
                                               .protect = protect,
                                               .close = close_pages};

void mpg__pages_change_at(void (*what)(char *, size_t), char *start, char *end)
{
    what(start, (size_t)(end - start));
}

void mpg__pages_change(void (*what)(char *, size_t), uint32_t number,
                       uint32_t slot)
{
    CHECK_EQ(number, NUMBER);
    *views = what == open_read     ? 'R'
             : what == open_write  ? 'W'
             : what == close_pages ? 'C'
                                   : '?';
    views_slot = slot;
}

struct mpg__region *mpg__region_get(uint32_t number)
{
    CHECK_EQ(number, NUMBER);
    return &region;
}

struct mpg__region *mpg__region_at(uint64_t offset, uint32_t *number)
{
    *number = NUMBER;
    return offset - region.layout.offset < region.bytes ? &region : NULL;
}

void mpg__vm_need_composed(void)
{
    mpg__vm.has_composed = true;
}

uint64_t mpg__now_ns(void)
{
    return now;
}

static void tell(uint32_t number, bool is_composed)
{
    CHECK_EQ(number, NUMBER);
    told = is_composed;
}

static void begin(uint64_t slot_bytes, uint32_t slots)
{
    mpg__vm = (struct mpg__vm){.backend = &backend,
                               .views = (char *)(1ul << 40),
                               .bytes = 1 << 20,
                               .stride = (1 << 20) + MPG_VM_SKEW,
                               .views_max = 128,
                               .has_composed = true};
    mpg__services.composed = tell;
    region = (struct mpg__region){.layout = {.offset = 8 * MPG_PAGE,
                                             .slot_bytes = slot_bytes,
                                             .slots = slots,
                                             .views = 64},
                                  .bytes = (slots * slot_bytes + MPG_PAGE - 1) /
                                           MPG_PAGE * MPG_PAGE,
                                  .copies = copies,
                                  .hints = hints,
                                  .composed = composed,
                                  .is_composed = true,
                                  .is_entered = true};
    memset(copies, 0, sizeof copies);
    memset(hints, 0, sizeof hints);
    memset(composed, 0, sizeof composed);
    memset(known, 0, sizeof known);
    mpg__config.compose = 1;
    now = 1000 * MS;
    told = -1;
    changes = 0;
}

/* As engine.c performs what the protocol says. */
static void have(uint32_t slot, enum mpg__access access)
{
    enum mpg__access before = copies[slot].access;
    copies[slot].access = (uint8_t)access;
    if (access > before)
        mpg__composed_gained(NUMBER, slot);
    else
        mpg__composed_lost(NUMBER, slot, access);
}

/* What a fault at page 0 tells. */
static enum mpg__tale tale(enum mpg__access access, uint32_t here,
                           uint32_t away)
{
    return mpg__advice_tale(NUMBER, 0, access, here, away);
}

static void pages_have_their_minipages(void)
{
    uint32_t number, page, first, count;
    begin(24, 1000); /* 170.67 to a page, 6 pages */
    char *start = mpg__vm_composed() + 8 * MPG_PAGE;
    CHECK(mpg__composed_find(start, &number, &page));
    CHECK(number == NUMBER && page == 0);
    mpg__composed_slots(&region, page, &first, &count);
    CHECK(first == 0 && count == 171);
    CHECK(mpg__composed_find(start + 4096, &number, &page));
    mpg__composed_slots(&region, page, &first, &count);
    CHECK(first == 170 && count == 172); /* 4080 .. 8208 */
    CHECK(mpg__composed_find(start + 6 * 4096 - 1, &number, &page));
    mpg__composed_slots(&region, page, &first, &count);
    CHECK(first == 853 && count == 147); /* and no more than there are */
    CHECK(!mpg__composed_find(start - 1, &number, &page));
    CHECK(!mpg__composed_find(start + 6 * 4096, &number, &page));
    region.composed = NULL;
    CHECK(!mpg__composed_find(start, &number, &page));
}

/* Opened by the last minipage, as far as all are; closed by the first. */
static void no_more_than_all_minipages(void)
{
    begin(1024, 16);
    for (uint32_t slot = 0; slot < 7; slot++)
        have(slot, slot == 2 ? MPG_ACCESS_READ : MPG_ACCESS_WRITE);
    CHECK(known[0] == MPG_ACCESS_READ && known[1] == MPG_ACCESS_NONE);
    have(7, MPG_ACCESS_WRITE);
    CHECK_EQ(known[1], MPG_ACCESS_WRITE);
    have(5, MPG_ACCESS_READ);
    CHECK_EQ(known[1], MPG_ACCESS_READ);
    have(6, MPG_ACCESS_READ);
    CHECK_EQ(known[1], MPG_ACCESS_READ);
    have(6, MPG_ACCESS_NONE);
    CHECK(known[1] == MPG_ACCESS_NONE && known[0] == MPG_ACCESS_READ);
    have(2, MPG_ACCESS_WRITE);
    CHECK_EQ(known[0], MPG_ACCESS_READ); /* not the last one */
    mpg__composed_open(NUMBER, 0);
    CHECK_EQ(known[0], MPG_ACCESS_WRITE);
    unsigned before = changes;
    mpg__composed_open(NUMBER, 0);
    CHECK_EQ(changes, before);
}

static void one_of_two_pages(void)
{
    begin(24, 400); /* slot 170 is on pages 0 and 1, 341 on 1 and 2 */
    for (uint32_t slot = 0; slot < 400; slot++)
        have(slot, MPG_ACCESS_WRITE);
    CHECK(known[0] == MPG_ACCESS_WRITE && known[1] == MPG_ACCESS_WRITE &&
          known[2] == MPG_ACCESS_WRITE); /* the last one is not full */
    have(170, MPG_ACCESS_READ);
    CHECK(known[0] == MPG_ACCESS_READ && known[1] == MPG_ACCESS_READ &&
          known[2] == MPG_ACCESS_WRITE);
    have(399, MPG_ACCESS_NONE);
    CHECK(known[1] == MPG_ACCESS_READ && known[2] == MPG_ACCESS_NONE);
}

/* One fault opens what is behind it as well, up to where something misses. */
static void faults_open_around(void)
{
    begin(1024, 4 * PAGES);
    for (uint32_t slot = 0; slot < 4 * PAGES; slot++) {
        region.is_composed = slot >= 2 * PAGES;
        region.is_entered = slot < 2 * PAGES;
        have(slot, slot == 163 ? MPG_ACCESS_NONE : MPG_ACCESS_READ);
    }
    CHECK_EQ(changes, 0);
    mpg__composed_open(NUMBER, 1);
    CHECK(changes == 32 && known[32] && !known[33] && !known[0]);
    CHECK(region.is_entered);
    mpg__composed_open(NUMBER, 33);
    CHECK(changes == 39 && known[39] && !known[40] && !known[41]);
    mpg__composed_open(NUMBER, PAGES - 1);
    CHECK_EQ(changes, 40);
}

static void hidden_until_wanted(void)
{
    begin(1024, 16);
    mpg__composed_hide(NUMBER, 3);
    CHECK(hints[3] & MPG_HINT_HIDDEN);
    copies[3].access = MPG_ACCESS_WRITE;
    mpg__composed_show(NUMBER, 3);
    CHECK(*views == 'W' && views_slot == 3 && !hints[3]);
    *views = 0;
    mpg__composed_show(NUMBER, 3);
    CHECK_EQ(*views, 0);
    /* What is open is closed first, once. */
    copies[3].access = MPG_ACCESS_READ;
    mpg__composed_hide(NUMBER, 3);
    CHECK(*views == 'C' && views_slot == 3 && (hints[3] & MPG_HINT_HIDDEN));
    *views = 0;
    mpg__composed_hide(NUMBER, 3);
    CHECK_EQ(*views, 0);
    /* What may be open or not (early.c) is not hidden. */
    copies[4].asked = MPG_ACCESS_READ;
    mpg__composed_hide(NUMBER, 4);
    region.is_composed = false;
    mpg__composed_hide(NUMBER, 5);
    CHECK(!hints[4] && !hints[5] && !*views);
    region.is_composed = true;
    hints[6] = 1; /* ahead.c's */
    mpg__composed_hide(NUMBER, 6);
    mpg__composed_show(NUMBER, 6);
    CHECK(hints[6] == 1 && !*views); /* Nothing is here: nothing to open. */
    mpg__composed_hide(NUMBER, 7);
    copies[7].access = MPG_ACCESS_READ;
    mpg__composed_show(NUMBER, 7);
    CHECK_EQ(*views, 'R');
}

/* Two pages in order tell; other options have their own mind. */
static void runs_tell(void)
{
    begin(1024, 64);
    region.is_composed = false;
    mpg__advice_run(NUMBER, 1, 8);
    CHECK_EQ(told, -1);
    mpg__advice_run(NUMBER, 1, 9);
    CHECK(told == 1 && region.is_composed);
    told = -1;
    mpg__advice_run(NUMBER, 1, 10);
    CHECK_EQ(told, -1);

    begin(1024, 64);
    region.is_composed = false;
    mpg__config.compose = 0;
    mpg__advice_run(NUMBER, 0, 64);
    CHECK_EQ(told, -1);
    CHECK(!mpg__advice_at_first());
    mpg__config.compose = 2;
    mpg__advice_add(&region);
    CHECK(region.is_composed && mpg__advice_at_first());
    for (uint32_t slot = 0; slot < 4; slot++)
        have(slot, MPG_ACCESS_READ);
    CHECK(mpg__composed_has_been(NUMBER, 0, MPG_ACCESS_READ));
    CHECK_EQ(tale(MPG_ACCESS_READ, 1, 4), MPG_TALE_NONE);
    region.composed = NULL;
    region.is_composed = false;
    mpg__advice_add(&region);
    mpg__advice_run(NUMBER, 0, 64);
    CHECK(!region.is_composed);
}

/* Faults on divided pages that take so long, each after so much time without,
 * until it is enough. */
static int divided(uint32_t away, int most, uint64_t takes, uint64_t between)
{
    told = -1;
    for (int i = 1; i <= most; i++) {
        now += between;
        uint64_t since = now;
        now += takes;
        mpg__advice_took(NUMBER, MPG_TALE_DIVIDED, away, since);
        if (told == 0)
            return i;
    }
    return 0;
}

static void divided_pages_are_a_tenth_of_the_time(void)
{
    begin(1024, 64);
    mpg__advice_add(&region);
    CHECK_EQ(tale(MPG_ACCESS_READ, 1, 3), MPG_TALE_NONE); /* It is new. */
    for (uint32_t slot = 0; slot < 4; slot++)
        have(slot, MPG_ACCESS_READ);
    have(2, MPG_ACCESS_NONE);
    CHECK_EQ(tale(MPG_ACCESS_READ, 3, 0), MPG_TALE_NONE); /* It is coming. */
    CHECK_EQ(tale(MPG_ACCESS_READ, 1, 3), MPG_TALE_DIVIDED);
    CHECK_EQ(tale(MPG_ACCESS_WRITE, 1, 3), MPG_TALE_NONE); /* New to write. */
    region.is_composed = false;
    CHECK_EQ(tale(MPG_ACCESS_READ, 1, 3), MPG_TALE_NONE);
    mpg__advice_run(NUMBER, 0, 8);
    CHECK_EQ(divided(0, 10000, MS / 50, MS * 9 / 50), 0);
    /* What was not used for long is 3 ms, not more. */
    now += 100000 * MS;
    int count = divided(0, 1000, MS / 50, 0); /* a tenth of them is refilled */
    CHECK(count > 150 && count < 172);
    CHECK(!region.is_composed);
    /* Another thread's: too late. */
    mpg__advice_took(NUMBER, MPG_TALE_DIVIDED, 0, now - MS);
    CHECK_EQ(told, 0);

    /* What others are to fault for again counts as well. */
    now += 100000 * MS;
    mpg__advice_run(NUMBER, 0, 8);
    count = divided(9, 1000, MS / 50, 0);
    CHECK(count > 14 && count < 17);

    /* Not again at once, and later and later. */
    uint64_t pause = 80 * MS;
    for (int i = 0; i < 8; i++) {
        uint64_t end = now + pause;
        told = -1;
        now = end - MS;
        mpg__advice_run(NUMBER, 0, 8);
        CHECK_EQ(told, -1);
        now = end + MS;
        mpg__advice_run(NUMBER, 0, 8);
        CHECK_EQ(told, 1);
        CHECK_EQ(divided(0, 1000, 10 * MS, 0), 1);
        pause = pause * 4 < 20000 * MS ? pause * 4 : 20000 * MS;
    }
}

/* Tried without when pages have returned for some time; and composed again at
 * once if that was in vain, to be tried after four times as long. */
static void returning_pages_are_tried(void)
{
    begin(1024, 64);
    mpg__advice_add(&region);
    for (uint32_t slot = 0; slot < 4; slot++)
        have(slot, MPG_ACCESS_WRITE);
    for (uint32_t slot = 0; slot < 4; slot++)
        have(slot, MPG_ACCESS_NONE);
    CHECK_EQ(tale(MPG_ACCESS_READ, 0, 4), MPG_TALE_RETURNED);
    CHECK_EQ(tale(MPG_ACCESS_WRITE, 0, 4), MPG_TALE_RETURNED);
    uint64_t credit = 3 * MS;
    for (int i = 0; i < 10; i++) {
        told = -1;
        now += credit - MS;
        mpg__advice_took(NUMBER, MPG_TALE_RETURNED, 4, now - (credit - MS));
        CHECK_EQ(told, -1);
        now += credit; /* A tenth of it comes back meanwhile. */
        mpg__advice_took(NUMBER, MPG_TALE_RETURNED, 4, now - credit);
        CHECK_EQ(told, 0);
        CHECK_EQ(tale(MPG_ACCESS_READ, 0, 4), MPG_TALE_NONE);
        mpg__advice_run(NUMBER, 0, 8);
        CHECK_EQ(told, 1);
        credit = credit * 4 < 20000 * MS ? credit * 4 : 20000 * MS;
    }
    /* Divided, it is as in the beginning. */
    CHECK_EQ(divided(0, 1, 30000 * MS, 0), 1);
    now += 100000 * MS;
    mpg__advice_run(NUMBER, 0, 8);
    CHECK_EQ(divided(0, 1, 4 * MS, 0), 1);
}

/* Until the credit is used up; how much that was, in ms. */
static unsigned credit_of(void)
{
    for (unsigned ms = 0; ms < 100000; ms += 10) {
        if (!region.is_composed)
            return ms;
        now += 10 * MS;
        mpg__advice_took(NUMBER, MPG_TALE_RETURNED, 4, now - 10 * MS);
    }
    return 0;
}

/* A loop that has begun without goes on without, and that is dear, too. */
static void trials_are_a_tenth_of_the_time(void)
{
    begin(1024, 64);
    mpg__advice_add(&region);
    CHECK_LE(credit_of(), 10);
    mpg__advice_run(NUMBER, 0, 8);
    CHECK(region.is_composed);
    now += 50 * MS;
    mpg__advice_run(NUMBER, 0, 32); /* the same run */
    now += 50 * MS;
    mpg__advice_run(NUMBER, 0, 64);
    now += 1000 * MS;
    mpg__advice_run(NUMBER, 32, 64); /* of another loop, which has no choice */
    unsigned credit = credit_of();   /* A tenth of it comes back meanwhile. */
    CHECK(credit >= 1000 && credit < 1200);
    /* What the last one took is not forgotten, as after any trial. */
    mpg__advice_run(NUMBER, 0, 8);
    credit = credit_of();
    CHECK(credit >= 4000 && credit < 4800);
    mpg__advice_run(NUMBER, 0, 8);
    now += 1000000 * MS;
    mpg__advice_run(NUMBER, 0, 64);
    credit = credit_of();
    CHECK(credit >= 20000 && credit < 24000);
    /* A later loop that has no choice may begin where that one did. */
    begin(1024, 64);
    mpg__advice_add(&region);
    CHECK_LE(credit_of(), 10);
    mpg__advice_run(NUMBER, 0, 8);
    now += MS;
    mpg__advice_took(NUMBER, MPG_TALE_RETURNED, 4, now - MS);
    now += 1000 * MS;
    mpg__advice_run(NUMBER, 0, 64);
    CHECK_LE(credit_of(), 30);
}

int main(void)
{
    pages_have_their_minipages();
    no_more_than_all_minipages();
    one_of_two_pages();
    faults_open_around();
    hidden_until_wanted();
    runs_tell();
    divided_pages_are_a_tenth_of_the_time();
    returning_pages_are_tried();
    trials_are_a_tenth_of_the_time();
    return check_report();
}

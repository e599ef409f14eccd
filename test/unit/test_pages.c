/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Changes of protection are gathered: how many calls they become, in which
 * order, and that messages stay behind them.
 */
#include <string.h>

#include "check.h"
#include "engine/engine_internal.h"
#include "net/net.h"

enum { STRIDE = 1 << 20, LOG = 256 };

struct mpg__vm mpg__vm;
struct mpg__engine mpg__engine;
static bool is_alone;
static uint8_t hints[STRIDE];
static struct mpg__copy copies[STRIDE / MPG_PAGE];
static struct mpg__region region = {.copies = copies, .hints = hints};
static char object[STRIDE];

/* What happened, in order: P, O and C with the pages from where to where, and M
 * with a message's number. */
static struct entry {
    char what;
    unsigned from, to;
} entries[LOG];
static unsigned count;

static void note(char what, unsigned from, unsigned to)
{
    CHECK_LE(count + 1, LOG);
    entries[count++] = (struct entry){what, from, to};
}

static void note_pages(char what, const char *start, size_t bytes)
{
    unsigned from = (unsigned)((start - mpg__vm.views) / MPG_PAGE);
    note(what, from, from + (unsigned)(bytes / MPG_PAGE));
}

static void protect(char *start, size_t bytes)
{
    note_pages('P', start, bytes);
}

static void open_read(char *start, size_t bytes)
{
    note_pages('O', start, bytes);
}

static void close_pages(char *start, size_t bytes)
{
    note_pages('C', start, bytes);
}

struct mpg__region *mpg__region_get(uint32_t number)
{
    (void)number;
    return &region;
}

struct mpg__copy *mpg__copy_of(uint32_t number, uint32_t slot)
{
    (void)number;
    return &copies[slot];
}

void mpg__net_send(unsigned host, const struct mpg__message *head,
                   const void *payload)
{
    (void)payload;
    note('M', (unsigned)head->arg, host);
}

bool mpg__alone(void)
{
    return is_alone;
}

bool mpg__early_has_made(void (*change)(char *, size_t), uint32_t number,
                         uint32_t slot)
{
    (void)change, (void)number, (void)slot;
    return false; /* test_early.c */
}

static void begin(unsigned slot_bytes, unsigned views)
{
    region.layout = (struct mpg__layout){
        .slot_bytes = slot_bytes, .slots = STRIDE / slot_bytes, .views = views};
    memset(copies, 0, sizeof copies);
    count = 0;
}

static void say(unsigned number, const void *payload, unsigned bytes)
{
    struct mpg__message head = {.arg = number, .bytes = bytes};
    mpg__pages_then_send(1, &head, payload);
}

static void expect(unsigned at, char what, unsigned from, unsigned to)
{
    CHECK(at < count && entries[at].what == what && entries[at].from == from &&
          entries[at].to == to);
}

static void neighbours_are_one_call(void)
{
    begin(MPG_PAGE, 1);
    for (unsigned slot = 0; slot < 100; slot++) {
        mpg__pages_change(protect, 0, slot);
        say(slot, object + slot * MPG_PAGE, MPG_PAGE);
    }
    CHECK_EQ(count, 0);
    mpg__pages_now();
    CHECK_EQ(count, 101);
    expect(0, 'P', 0, 100);
    for (unsigned slot = 0; slot < 100; slot++)
        expect(1 + slot, 'M', slot, 1);
}

static void and_downwards(void)
{
    begin(MPG_PAGE, 1);
    for (unsigned slot = 100; slot-- > 50;) {
        mpg__pages_change(protect, 0, slot);
        mpg__pages_change(close_pages, 0, slot + 100);
    }
    mpg__pages_change(protect, 0, 100);
    mpg__pages_change(close_pages, 0, 50);
    mpg__pages_now();
    CHECK_EQ(count, 3);
    expect(0, 'P', 50, 101);
    expect(1, 'C', 150, 200);
    expect(2, 'C', 50, 51);
}

/* Minipages of 1024 bytes: four to a page, in four views. */
static void views_are_a_call_each(void)
{
    const unsigned view = STRIDE / MPG_PAGE;
    begin(1024, 4);
    for (unsigned slot = 0; slot < 200; slot++)
        mpg__pages_change(protect, 0, slot);
    mpg__pages_now();
    CHECK_EQ(count, 4);
    for (unsigned i = 0; i < 4; i++)
        expect(i, 'P', i * view, i * view + 50);
}

/* Minipages of 64 bytes lie in as many views, and loops go through their pages
 * in one more. */
static void small_ones_are_no_more(void)
{
    const unsigned view = STRIDE / MPG_PAGE;
    begin(64, 64);
    for (unsigned slot = 0; slot < 640; slot++) {
        char *page = mpg__vm.views + (100 * view + slot / 64) * MPG_PAGE;
        if (slot % 64 == 0)
            mpg__pages_change_at(protect, page, page + MPG_PAGE);
        mpg__pages_change(protect, 0, slot);
    }
    mpg__pages_now();
    CHECK_EQ(count, 65);
    for (unsigned i = 0; i < 64; i++)
        expect(1 + i, 'P', i * view, i * view + 10);
}

/* What another host has a part of, and asks for the rest of. */
static void goes_over_what_is_so(void)
{
    begin(MPG_PAGE, 1);
    for (unsigned slot = 0; slot < 60; slot++) {
        bool is_so = slot % 20 == 7 || slot % 20 == 8;
        copies[slot].access = is_so ? MPG_ACCESS_READ : MPG_ACCESS_WRITE;
        if (!is_so)
            mpg__pages_change(protect, 0, slot);
    }
    mpg__pages_now();
    CHECK_EQ(count, 1);
    expect(0, 'P', 0, 60);
    begin(MPG_PAGE, 1);
    mpg__pages_change(close_pages, 0, 10);
    mpg__pages_change(close_pages, 0, 43); /* 11 to 42 are closed already */
    mpg__pages_now();
    CHECK_EQ(count, 1);
    expect(0, 'C', 10, 44);
}

/* Two changes of the same kind with something between them that is not so. */
static void is_two_calls(void (*change)(char *, size_t), unsigned from,
                         unsigned to)
{
    count = 0;
    mpg__pages_change(change, 0, from);
    mpg__pages_change(change, 0, to);
    mpg__pages_now();
    CHECK_EQ(count, 2);
    CHECK_EQ(entries[0].from, from);
    CHECK_EQ(entries[0].to, from + 1);
    CHECK_EQ(entries[1].from, to);
    CHECK_EQ(entries[1].to, to + 1);
}

static void but_over_nothing_else(void)
{
    begin(MPG_PAGE, 1);
    is_two_calls(close_pages, 10, 44); /* It is too far. */
    is_two_calls(close_pages, 12, 10); /* Downwards. */
    is_two_calls(protect, 10, 12);     /* 11 is closed. */
    is_two_calls(open_read, 10, 12);
    copies[11].access = MPG_ACCESS_READ;
    is_two_calls(close_pages, 10, 12);
    copies[11].asked = MPG_ACCESS_WRITE; /* It may be writable already. */
    is_two_calls(protect, 10, 12);
    copies[11].asked = MPG_ACCESS_NONE;
    copies[11].access = MPG_ACCESS_WRITE;
    is_two_calls(protect, 10, 12);
}

static void nor_over_what_waits(void)
{
    begin(MPG_PAGE, 1);
    copies[11].access = MPG_ACCESS_READ;
    mpg__pages_change(open_read, 0, 11);
    mpg__pages_change(protect, 0, 10);
    mpg__pages_change(protect, 0, 12);
    mpg__pages_now();
    CHECK_EQ(count, 3);
    expect(0, 'O', 11, 12);
    expect(1, 'P', 10, 11);
    expect(2, 'P', 12, 13);
    count = 0;
    mpg__pages_change(open_read, 0, 10);
    mpg__pages_change(protect, 0, 12);
    mpg__pages_now();
    CHECK_EQ(count, 2);
    expect(0, 'O', 10, 11);
    expect(1, 'P', 12, 13);
}

/* The region in front ends with what waits; a large minipage is more than what
 * lies between. */
static void nor_over_another_region(void)
{
    char *before = mpg__vm.views + 96 * MPG_PAGE;
    begin(MPG_PAGE, 1);
    region.layout.offset = 100 * MPG_PAGE;
    for (unsigned pages = 1; pages <= 8; pages *= 8) {
        region.layout.slot_bytes = pages * MPG_PAGE;
        count = 0;
        mpg__pages_change_at(close_pages, before, before + MPG_PAGE);
        mpg__pages_change(close_pages, 0, 0);
        mpg__pages_now();
        CHECK_EQ(count, 2);
        expect(0, 'C', 96, 97);
        expect(1, 'C', 100, 100 + pages);
    }
}

static void order_of_a_page_stays(void)
{
    begin(MPG_PAGE, 1);
    mpg__pages_change(open_read, 0, 5);
    mpg__pages_change(protect, 0, 4);
    mpg__pages_change(protect, 0, 5); /* goes on there, but 5 is to be opened */
    mpg__pages_change(close_pages, 0, 5);
    mpg__pages_now();
    CHECK_EQ(count, 4);
    expect(0, 'O', 5, 6);
    expect(1, 'P', 4, 5);
    expect(2, 'P', 5, 6);
    expect(3, 'C', 5, 6);
}

/* What is on a stack is sent before that is gone, and so not before the changes
 * that it is behind. */
static void passing_payloads_do_not_wait(void)
{
    char text[8] = "passing";
    begin(MPG_PAGE, 1);
    say(1, NULL, 0);
    mpg__pages_change(close_pages, 0, 7);
    say(2, object + 7 * MPG_PAGE, 64);
    CHECK_EQ(count, 1);
    say(3, text, sizeof text);
    CHECK_EQ(count, 4);
    expect(0, 'M', 1, 1);
    expect(1, 'C', 7, 8);
    expect(2, 'M', 2, 1);
    expect(3, 'M', 3, 1);
}

/* When the program cannot run, messages do not wait for changes, and those are
 * there when it can; in their order, whatever the messages. */
static void changes_may_come_later(void)
{
    begin(MPG_PAGE, 1);
    is_alone = true;
    mpg__pages_begin();
    mpg__pages_change(protect, 0, 7);
    say(1, object + 7 * MPG_PAGE, MPG_PAGE);
    mpg__pages_change(protect, 0, 8);
    mpg__pages_change(close_pages, 0, 7);
    say(2, NULL, 0);
    mpg__pages_end();
    CHECK_EQ(count, 3);
    expect(0, 'M', 1, 1);
    expect(1, 'P', 7, 9);
    expect(2, 'M', 2, 1);
    mpg__pages_catch_up();
    CHECK_EQ(count, 4);
    expect(3, 'C', 7, 8);
    is_alone = false;
}

/* Nor is it for others to say what holds for who delivers; and somebody may
 * begin to run in the middle. */
static void alone_is_who_delivers(void)
{
    begin(MPG_PAGE, 1);
    is_alone = true;
    mpg__pages_change(protect, 0, 7);
    say(1, NULL, 0);
    CHECK_EQ(count, 0);
    mpg__pages_begin();
    is_alone = false;
    mpg__pages_change(protect, 0, 8);
    say(2, NULL, 0);
    CHECK_EQ(count, 0);
    mpg__pages_end();
    CHECK_EQ(count, 3);
    expect(0, 'P', 7, 9);
    expect(1, 'M', 1, 1);
    expect(2, 'M', 2, 1);
}

/* More than can wait, of either kind, makes the changes; nothing is lost. */
static void many_do_not_get_lost(void)
{
    unsigned changed = 0, sent = 0;
    begin(MPG_PAGE, 1);
    for (unsigned i = 0; i < 40; i++) {
        copies[2 * i + 1].access = MPG_ACCESS_READ;
        mpg__pages_change(close_pages, 0, 2 * i);
    }
    mpg__pages_now();
    for (unsigned i = 0; i < count; i++)
        changed += entries[i].what == 'C';
    CHECK_EQ(changed, 40);
    for (unsigned round = 0; round < 4; round++) {
        count = 0;
        mpg__pages_change(protect, 0, 0);
        for (unsigned i = 0; i < 200; i++)
            say(i, NULL, 0);
        mpg__pages_change(close_pages, 0, 0);
        for (unsigned i = 0; i < 50; i++)
            say(200 + i, NULL, 0);
        mpg__pages_now();
        expect(0, 'P', 0, 1);
        for (unsigned i = 0; i < count; i++)
            sent += entries[i].what == 'M';
    }
    CHECK_EQ(sent, 1000);
}

int main(void)
{
    static const struct mpg__vm_backend backend = {
        .protect = protect, .open_read = open_read, .close = close_pages};
    mpg__vm = (struct mpg__vm){.backend = &backend,
                               .privileged = object,
                               .views = MPG_VM_BASE + STRIDE,
                               .bytes = STRIDE,
                               .stride = STRIDE};
    neighbours_are_one_call();
    and_downwards();
    views_are_a_call_each();
    small_ones_are_no_more();
    goes_over_what_is_so();
    but_over_nothing_else();
    nor_over_what_waits();
    nor_over_another_region();
    order_of_a_page_stays();
    passing_payloads_do_not_wait();
    changes_may_come_later();
    alone_is_who_delivers();
    many_do_not_get_lost();
    return check_report();
}

/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * What is entered in the account of a variable: why a minipage came, which
 * sizes would have spared it, and whether a fault used what another host had
 * changed. The test is the protocol and both programs.
 */
#include <string.h>

#include "check.h"
#include "engine/engine_internal.h"
#include "engine/explain.h"
#include "engine/need.h"

enum { SLOTS = 64, SELF = 0, OTHER = 1 };

struct mpg__vm mpg__vm;
struct mpg__engine mpg__engine;
struct mpg__services mpg__services;
static char object[SLOTS * MPG_PAGE] __attribute__((aligned(MPG_PAGE)));
static struct mpg__copy copies[SLOTS];
static struct mpg__region region = {.layout = {.slot_bytes = MPG_PAGE,
                                               .slots = SLOTS,
                                               .views = 1,
                                               .homes = MPG_HOMES_BLOCK},
                                    .copies = copies};
static uint64_t now;

struct mpg__region *mpg__region_get(uint32_t number)
{
    (void)number; /* They are all alike. */
    return &region;
}

uint64_t mpg__now_ns(void)
{
    return now;
}

/* Of the variable: rows of 80 numbers. */
static void tell(uint32_t number, uint32_t slot, struct mpg__object *its)
{
    (void)number, (void)slot;
    its->parts = "640,8";
}

static struct mpg__account *account(void)
{
    static struct mpg__account none;
    uint32_t count;
    struct mpg__account *accounts = mpg__explain_accounts(&count);
    for (uint32_t i = 0; i < count; i++)
        if (accounts[i].is_used)
            return &accounts[i];
    return &none;
}

/* A fresh variable, and no account of it. */
static void begin(void)
{
    memset(object, 0, sizeof object);
    memset(copies, 0, sizeof copies);
    mpg__explain_start();
}

static double *number(uint32_t slot, unsigned at)
{
    return (double *)(object + slot * (size_t)MPG_PAGE) + at;
}

/* Steps of the copy. */

static void asks(uint32_t slot, enum mpg__access access)
{
    struct mpg__event event = {
        .kind = MPG_EVENT_WANT, .slot = slot, .copy = &copies[slot]};
    copies[slot].asked = (uint8_t)access;
    mpg__explain_step(&event, 0);
}

static void comes(uint32_t slot, unsigned from, bool with_bytes)
{
    struct mpg__message message = {.kind = MPG_MESSAGE_COPY,
                                   .from = (uint16_t)from,
                                   .bytes = with_bytes ? MPG_PAGE : 0,
                                   .slot = slot};
    struct mpg__event event = {.kind = MPG_EVENT_MESSAGE,
                               .slot = slot,
                               .message = &message,
                               .copy = &copies[slot]};
    unsigned asked = copies[slot].asked;
    copies[slot].access = copies[slot].asked;
    copies[slot].asked = 0;
    mpg__explain_step(&event, asked);
}

static void loses(uint32_t slot)
{
    struct mpg__event event = {
        .kind = MPG_EVENT_MESSAGE, .slot = slot, .copy = &copies[slot]};
    copies[slot].access = MPG_ACCESS_NONE;
    mpg__explain_step(&event, 0);
}

/* The other host has it for a while and changes some numbers. */
static void goes_and_comes(uint32_t slot, unsigned from, unsigned to)
{
    loses(slot);
    asks(slot, MPG_ACCESS_WRITE);
    for (unsigned at = from; at < to; at++)
        *number(slot, at) += 1;
    comes(slot, OTHER, true);
}

static void writes(uint32_t slot, unsigned from, unsigned to)
{
    for (unsigned at = from; at < to; at++)
        *number(slot, at) -= 1;
}

static const struct mpg__finer *of_bytes(uint64_t bytes)
{
    for (uint32_t i = 0; i < account()->finer_count; i++)
        if (account()->finer[i].bytes == bytes)
            return &account()->finer[i];
    CHECK_FAIL("%lu bytes are not tried", (unsigned long)bytes);
    abort();
}

static uint64_t spared_by(uint64_t bytes)
{
    return of_bytes(bytes)->spared;
}

static uint64_t needed_by(uint64_t bytes)
{
    return of_bytes(bytes)->needed;
}

static void comes_for_the_first_time(void)
{
    begin();
    asks(3, MPG_ACCESS_READ);
    *number(3, 7) = 1;
    comes(3, OTHER, true);
    CHECK_EQ(account()->came, 1u);
    CHECK_EQ(account()->first, 1u);
    CHECK_EQ(account()->coarser[0], 0u);
}

/* The home is this host, and nobody else was asked. */
static void is_granted_here(void)
{
    begin();
    asks(3, MPG_ACCESS_WRITE);
    comes(3, SELF, false);
    CHECK_EQ(account()->came, 0u);
    writes(3, 0, 80);
    goes_and_comes(3, 80, 160);
    CHECK_EQ(account()->came, 1u);
    CHECK_EQ(account()->first, 0u);
    CHECK_EQ(account()->apart, 1u);
}

static void parts_are_apart(void)
{
    begin();
    asks(0, MPG_ACCESS_WRITE);
    comes(0, OTHER, true);
    for (int turn = 0; turn < 10; turn++) {
        writes(0, 0, 80);
        writes(0, 160, 240);
        goes_and_comes(0, 80, 160);
    }
    CHECK_EQ(account()->apart, 10u);
    CHECK_EQ(account()->same, 0u);
    CHECK_EQ(spared_by(640), 10u);
    CHECK_EQ(spared_by(8), 10u);
    CHECK_EQ(spared_by(128), 10u);
    CHECK_EQ(spared_by(256), 0u);
    CHECK_EQ(needed_by(640), 0u);
    CHECK_EQ(needed_by(256), 30u); /* bytes 640 to 1279: three of them */
    bool is_step_found = false;
    for (int i = 0; i < (int)MPG_EXPLAIN_STEPS; i++)
        is_step_found |=
            account()->steps[i].bytes == 640 &&
            account()->steps[i].spared == account()->steps[i].apart;
    CHECK(is_step_found);
}

/* Rows of 640 bytes, and now and then two borders that have something else in
 * common: less than a row, which fits all, or more, which fits hardly any. */
static void a_step_is_found_among_others(void)
{
    begin();
    asks(0, MPG_ACCESS_WRITE);
    comes(0, OTHER, true);
    for (unsigned turn = 0; turn < 1000; turn++) {
        static const unsigned others[] = {1,  2,  4,  5,  8,  10, 16, 20, 40,
                                          85, 86, 87, 88, 89, 90, 91, 92};
        unsigned other = others[turn / 50 % (sizeof others / sizeof *others)];
        unsigned border = 80 * (1 + turn * 7 % 5);
        if (turn % 50 == 48)
            border = other * (other < 80 ? 3 : 1);
        if (turn % 50 == 49)
            border = other * (other < 80 ? 5 : 2);
        writes(0, 0, border);
        goes_and_comes(0, border, 512);
    }
    CHECK_EQ(account()->apart, 1000u);
    bool is_found = false;
    for (int i = 0; i < (int)MPG_EXPLAIN_STEPS; i++) {
        const struct mpg__step *step = &account()->steps[i];
        is_found |= step->bytes == 640 && step->apart > 980 &&
                    step->spared * 10 >= step->apart * 9;
    }
    CHECK(is_found);
}

static void the_same_is_written(void)
{
    begin();
    asks(0, MPG_ACCESS_WRITE);
    comes(0, OTHER, true);
    writes(0, 0, 80);
    goes_and_comes(0, 79, 160);
    CHECK_EQ(account()->same, 1u);
    CHECK_EQ(needed_by(640), 2u);
    CHECK_EQ(needed_by(8), 81u);
    /* Who has only read cannot be told from who uses what was changed. */
    goes_and_comes(0, 100, 160);
    CHECK_EQ(account()->same, 2u);
    CHECK_EQ(needed_by(640), 3u);
    writes(0, 0, 80);
    goes_and_comes(0, 0, 0);
    CHECK_EQ(account()->unchanged, 1u);
    CHECK_EQ(account()->apart, 0u);
    /* What others changed before does not count when nothing comes. */
    goes_and_comes(0, 100, 160);
    loses(0);
    asks(0, MPG_ACCESS_WRITE);
    comes(0, OTHER, false);
    CHECK_EQ(account()->unchanged, 2u);
}

/* A right without bytes says of the minipage what the bytes before it did. */
static void an_upgrade_is_counted_as_what_came(void)
{
    begin();
    asks(0, MPG_ACCESS_WRITE);
    comes(0, OTHER, true);
    writes(0, 0, 80);
    loses(0);
    asks(0, MPG_ACCESS_READ);
    *number(0, 100) += 1;
    comes(0, OTHER, true);
    asks(0, MPG_ACCESS_WRITE);
    comes(0, OTHER, false);
    CHECK_EQ(account()->came, 3u);
    CHECK_EQ(account()->apart, 2u);
}

/* Objects of 48 bytes, 85 to a page, so that they begin elsewhere than their
 * size's multiples in the region; it is them or nothing. */
static void objects_share_it(void)
{
    const struct mpg__layout usual = region.layout;
    region.layout.homes = MPG_HOMES_MAKER;
    region.layout.is_heap = 1;
    region.layout.cell_bytes = 48;
    begin();
    asks(1, MPG_ACCESS_WRITE);
    comes(1, OTHER, true);
    for (int turn = 0; turn < 10; turn++) {
        writes(1, 0, 12);
        goes_and_comes(1, 12, 18);
    }
    CHECK_EQ(account()->apart, 10u);
    CHECK_EQ(account()->finer_count, 1u);
    CHECK_EQ(spared_by(48), 10u);
    for (int i = 0; i < (int)MPG_EXPLAIN_STEPS; i++)
        CHECK_EQ(account()->steps[i].bytes, 0u);
    CHECK(!account()->is_array);
    writes(1, 0, 13);
    goes_and_comes(1, 14, 18); /* of one object */
    CHECK_EQ(spared_by(48), 10u);
    region.layout = usual;
}

/* Runs of eight, phase by phase; and 2 in 16. */
static void neighbours_would_have_come_together(void)
{
    begin();
    for (int turn = 0; turn < 5; turn++) {
        for (uint32_t slot = 16; slot < 24; slot++)
            goes_and_comes(slot, 0, 1);
        mpg__explain_phase();
    }
    CHECK_EQ(account()->first, 8u);
    CHECK_EQ(account()->coarser[0], 16u);
    CHECK_EQ(account()->coarser[1], 8u);
    CHECK_EQ(account()->coarser[2], 4u);
    CHECK_EQ(account()->coarser[3], 4u);
    begin();
    for (int turn = 0; turn < 5; turn++) {
        goes_and_comes(3, 0, 1);
        goes_and_comes(12, 0, 1);
    }
    CHECK_EQ(account()->coarser[2], 8u);
    CHECK_EQ(account()->coarser[3], 4u); /* Each is a new round of both. */
    begin();
    for (uint32_t slot = 0; slot < 2; slot++) {
        goes_and_comes(slot, 0, 1);
        goes_and_comes(slot, 0, 1);
        mpg__explain_phase();
    }
    CHECK_EQ(account()->coarser[0], 2u); /* not in the same phase */
}

/* Faults. */

static void faults(unsigned at, enum mpg__access access, const void *code)
{
    struct mpg__need need = {.slot = (uint32_t)(at / 512),
                             .count = 1,
                             .page = MPG_NO_PAGE,
                             .access = (uint8_t)access};
    mpg__explain_fault(&need, object + at * sizeof(double), (uintptr_t)code);
    now += 1000;
    mpg__explain_served();
}

static const unsigned char mov[] = {0x48, 0x89, 0x03}; /* (%rbx) */
static const unsigned char add[] = {0x48, 0x83, 0x00, 0x01};
static const unsigned char xadd[] = {0xf0, 0x0f, 0xc1, 0x03};
static const unsigned char movaps[] = {0x0f, 0x29, 0x03};
static const unsigned char vmovupd[] = {0xc5, 0xf9, 0x11, 0x03};
static const unsigned char inc[] = {0xff, 0x03};
static const unsigned char movl[] = {0xc7, 0x03, 1, 0, 0, 0};
static const unsigned char rep_stos[] = {0xf3, 0x48, 0xab};

static void uses_are_told_apart(void)
{
    static const unsigned char *const stores[] = {mov, movaps, vmovupd, movl,
                                                  rep_stos};
    static const unsigned char *const updates[] = {add, xadd, inc};
    begin();
    asks(0, MPG_ACCESS_WRITE);
    comes(0, OTHER, true);
    goes_and_comes(0, 10, 20);
    faults(10, MPG_ACCESS_READ, mov);
    CHECK_EQ(account()->consumed, 1u);
    faults(9, MPG_ACCESS_READ, mov);
    faults(20, MPG_ACCESS_WRITE, add);
    CHECK_EQ(account()->consumed, 1u);
    for (unsigned i = 0; i < sizeof stores / sizeof *stores; i++)
        faults(19, MPG_ACCESS_WRITE, stores[i]);
    CHECK_EQ(account()->consumed, 1u);
    CHECK_EQ(account()->overwritten, sizeof stores / sizeof *stores);
    for (unsigned i = 0; i < sizeof updates / sizeof *updates; i++)
        faults(19, MPG_ACCESS_WRITE, updates[i]);
    CHECK_EQ(account()->consumed, 1 + sizeof updates / sizeof *updates);
    CHECK_EQ(account()->overwritten, sizeof stores / sizeof *stores);
    CHECK_EQ(account()->read_faults, 2u);
    CHECK_EQ(account()->write_faults, 9u);
    CHECK_EQ(account()->ns, 11u * 1000);
}

/* More instructions than there is room for: the busy ones stay. */
static void busy_instructions_stay(void)
{
    static unsigned char code[64];
    uint64_t count = 0;
    begin();
    for (int turn = 0; turn < 50; turn++) {
        faults(1, MPG_ACCESS_WRITE, mov);
        faults(1, MPG_ACCESS_READ, mov);
        faults(1, MPG_ACCESS_WRITE, &code[turn]);
    }
    for (unsigned i = 0; i < MPG_EXPLAIN_SITES; i++)
        if (account()->sites[i].ip == (uintptr_t)mov)
            count += account()->sites[i].count;
    CHECK_EQ(count, 100u);
}

/* More variables than there is room for: none is taken for another. */
static void too_many_are_one(void)
{
    uint32_t count;
    begin();
    struct mpg__account *accounts = mpg__explain_accounts(&count);
    for (int turn = 0; turn < 2; turn++)
        for (uint32_t variable = 0; variable < count + 100; variable++) {
            struct mpg__event event = {
                .kind = MPG_EVENT_WANT, .region = variable, .copy = &copies[0]};
            struct mpg__message message = {.kind = MPG_MESSAGE_COPY,
                                           .from = OTHER,
                                           .bytes = MPG_PAGE,
                                           .region = variable};
            copies[0] = (struct mpg__copy){.asked = MPG_ACCESS_READ};
            mpg__explain_step(&event, 0);
            writes(0, 0, 1);
            copies[0] = (struct mpg__copy){.access = MPG_ACCESS_READ};
            event.message = &message;
            mpg__explain_step(&event, MPG_ACCESS_READ);
        }
    for (uint32_t i = 0; i < count; i++) {
        CHECK(accounts[i].is_used);
        CHECK_EQ(accounts[i].came, 2u);
    }
    CHECK(!accounts[count].is_used);
    CHECK_EQ(accounts[count].came, 200u);
}

int main(void)
{
    mpg__vm.privileged = mpg__vm.views = object;
    mpg__vm.bytes = mpg__vm.stride = sizeof object;
    mpg__services.object = tell;
    comes_for_the_first_time();
    is_granted_here();
    parts_are_apart();
    a_step_is_found_among_others();
    the_same_is_written();
    an_upgrade_is_counted_as_what_came();
    objects_share_it();
    neighbours_would_have_come_together();
    uses_are_told_apart();
    busy_instructions_stay();
    too_many_are_one();
    return check_report();
}

/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * When a host that comes to read asks to write.
 */
#include "base/config.h"
#include "check.h"
#include "engine/engine_internal.h"
#include "engine/need.h"

struct mpg__config mpg__config = {.migrate = 1};

static uint32_t slot; /* of this case */

/* Faults at a place; whether it asks to write. */
static bool asks(enum mpg__access access, uintptr_t place)
{
    struct mpg__need need = {.region = 3,
                             .slot = slot,
                             .count = 1,
                             .page = MPG_NO_PAGE,
                             .access = (uint8_t)access};
    enum mpg__access asked =
        mpg__migrate(&need, (const void *)(UINT64_C(0x640000000000) + place));
    CHECK_GE(asked, access);
    return asked == MPG_ACCESS_WRITE;
}

static bool reads(uintptr_t place)
{
    return asks(MPG_ACCESS_READ, place);
}

static void writes(uintptr_t place)
{
    CHECK(asks(MPG_ACCESS_WRITE, place));
}

/* How often it asks to write, before it is on trial. */
static unsigned guesses(void)
{
    unsigned count = 0;
    while (reads(count))
        CHECK_LE(++count, 1000u);
    return count;
}

static void what_was_read_is_written(void)
{
    static const unsigned credits[] = {1, 2, 4, 8, 16, 16, 16};
    slot++;
    CHECK(!reads(8));
    for (unsigned i = 0; i < sizeof credits / sizeof *credits; i++) {
        unsigned at = i ? credits[i - 1] : 8; /* where it was on trial */
        writes(at);
        CHECK_EQ(guesses(), credits[i]);
    }
}

static void only_readers_share(void)
{
    slot++;
    reads(0);
    writes(0);
    CHECK_EQ(guesses(), 1);
    CHECK_EQ(guesses(), 0);
    reads(0);
    writes(0); /* It is a stranger again. */
    CHECK_EQ(guesses(), 1);
}

static void elsewhere_tells_nothing(void)
{
    slot++;
    for (int i = 0; i < 10; i++) {
        CHECK(!reads(0));
        writes(8);
        writes(0);
        writes(0); /* lost again and again, never read there */
    }
}

static void others_are_others(void)
{
    slot++;
    reads(0);
    writes(0);
    slot++;
    CHECK(!reads(0));
    slot--;
    CHECK(reads(0));
    reads(0);
    writes(0);
    slot += 4096; /* in the place of it */
    CHECK(!reads(0));
}

static void off(void)
{
    slot++;
    mpg__config.migrate = 0;
    for (int i = 0; i < 10; i++) {
        CHECK(!reads(0));
        writes(0);
    }
    mpg__config.migrate = 1;
    CHECK(!reads(0));
}

int main(void)
{
    what_was_read_is_written();
    only_readers_share();
    elsewhere_tells_nothing();
    others_are_others();
    off();
    return check_report();
}

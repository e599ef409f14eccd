/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * What is asked for when loops say what they go through.
 */
#include <string.h>

#include "base/config.h"
#include "check.h"
#include "engine/engine_internal.h"
#include "engine/foresee.h"

enum { SLOTS = 8192, WINDOW = 256 };

struct mpg__config mpg__config;
struct mpg__engine mpg__engine;
struct mpg__vm mpg__vm;
static struct mpg__copy copies[SLOTS];
static struct mpg__region region = {.copies = copies};
static char *base;
static unsigned asked, noted; /* in all */
static struct {
    uint32_t next, end;
    enum mpg__access access;
} expected;

/* Another region begins where this one ends. */
struct mpg__region *mpg__region_at(uint64_t offset, uint32_t *number)
{
    uint64_t at = offset - region.layout.offset;
    CHECK_LT(offset, mpg__vm.bytes);
    *number = 3;
    return at < region.bytes ? &region : NULL;
}

void mpg__step_copy(enum mpg__event_kind kind, uint32_t number, uint32_t slot,
                    enum mpg__access access)
{
    CHECK(kind == MPG_EVENT_WANT && number == 3 && !copies[slot].asked);
    CHECK(copies[slot].access < access);
    copies[slot].asked = (uint8_t)access;
    mpg__engine.requests_open++;
    asked++;
}

void mpg__recall_note(uint32_t number, uint32_t slot, enum mpg__access access)
{
    CHECK(number == 3 && copies[slot].asked == access);
    noted++;
}

void mpg__guard_note(uint32_t number, uint32_t slot, enum mpg__access access)
{
    CHECK(number == 3 && copies[slot].access < access);
    noted++;
}

void mpg__ahead_expect(uint32_t number, uint32_t next, uint32_t end,
                       enum mpg__access access)
{
    CHECK_EQ(number, 3);
    expected.next = next;
    expected.end = end;
    expected.access = access;
}

static void begin(uint64_t slot_bytes)
{
    memset(copies, 0, sizeof copies);
    memset(&expected, 0, sizeof expected);
    mpg__engine.requests_open = 0;
    asked = noted = 0;
    mpg__vm.bytes = UINT64_C(1) << 36;
    mpg__vm.stride = mpg__vm.bytes;
    mpg__vm.views = (char *)(uintptr_t)(UINT64_C(1) << 40);
    atomic_store(&mpg__vm.views_count, 1);
    region.layout.offset = 64 * MPG_PAGE;
    region.layout.slot_bytes = slot_bytes;
    region.layout.slots = SLOTS;
    region.layout.views = 1;
    region.bytes = SLOTS * slot_bytes;
    base = mpg__vm.views + region.layout.offset;
}

struct loop {
    int64_t step;
    uint64_t times;
};

static struct mpg__use use_of(uint64_t at, uint64_t bytes,
                              enum mpg__access access, unsigned count,
                              const struct loop *loops)
{
    struct mpg__use use;
    mpg__use_begin(&use, base + at, bytes, access);
    for (unsigned i = 0; i < count; i++)
        mpg__use_repeat(&use, loops[i].step, loops[i].times);
    return use;
}

/* Asks; how many it is, which a look before must have told. */
static unsigned ask(const struct mpg__use *use)
{
    memset(&expected, 0, sizeof expected);
    unsigned before = asked, seen = mpg__foresee_count(use);
    CHECK(asked == before && !expected.end);
    mpg__foresee_ask(use);
    CHECK_EQ(asked - before, seen);
    CHECK_EQ(noted, 2 * asked);
    return seen;
}

static unsigned read_loops(uint64_t at, uint64_t bytes, unsigned count,
                           const struct loop *loops)
{
    struct mpg__use use = use_of(at, bytes, MPG_ACCESS_READ, count, loops);
    return ask(&use);
}

static bool is_asked(uint32_t first, uint32_t last)
{
    for (uint32_t i = first; i <= last; i++)
        if (!copies[i].asked)
            return false;
    return true;
}

static void elements_in_order(void)
{
    begin(MPG_PAGE);
    CHECK_EQ(read_loops(8192 + 8, 8, 1, (struct loop[]){{8, 1023}}), 3);
    CHECK(is_asked(2, 4) && copies[2].asked == MPG_ACCESS_READ);
    /* The same again is under way, and what has come is here. */
    CHECK_EQ(read_loops(8192, 8, 1, (struct loop[]){{8, 1023}}), 0);
    copies[2] = (struct mpg__copy){.access = MPG_ACCESS_READ};
    copies[3] = (struct mpg__copy){.access = MPG_ACCESS_WRITE};
    copies[4] = (struct mpg__copy){.access = MPG_ACCESS_READ};
    CHECK_EQ(read_loops(8192, 8, 1, (struct loop[]){{8, 1535}}), 0);
    /* But not for who writes. */
    struct mpg__use use =
        use_of(8192, 8, MPG_ACCESS_WRITE, 1, (struct loop[]){{8, 1535}});
    CHECK_EQ(ask(&use), 2);
    CHECK(copies[2].asked == MPG_ACCESS_WRITE && !copies[3].asked &&
          copies[4].asked == MPG_ACCESS_WRITE);
}

/* One without loops is a copy, or a fill. */
static void bytes_alone(void)
{
    begin(MPG_PAGE);
    CHECK_EQ(read_loops(4095, 2, 0, NULL), 2);
    CHECK(is_asked(0, 1));
    CHECK_EQ(read_loops(8 * 4096, 3 * 4096, 0, NULL), 3);
    CHECK(is_asked(8, 10));
}

static void downwards(void)
{
    begin(MPG_PAGE);
    CHECK_EQ(read_loops(5 * 4096, 8, 1, (struct loop[]){{-8, 1024}}), 3);
    CHECK(is_asked(3, 5));
}

/* Rows of 5000 bytes: less than a page lies between them. */
static void rows_without_gaps(void)
{
    begin(MPG_PAGE);
    static const struct loop loops[] = {{8, 511}, {5000, 9}};
    CHECK_EQ(read_loops(0, 8, 2, loops), (9 * 5000 + 4096 + 4095) / 4096);
    CHECK(is_asked(0, 11));
    static const struct loop up[] = {{-8, 511}, {-5000, 9}};
    CHECK_EQ(read_loops(100 * 4096 - 8, 8, 2, up), 12);
    CHECK(is_asked(88, 99));
}

/* A few columns of long rows, in two blocks. */
static void jumps(void)
{
    begin(MPG_PAGE);
    static const struct loop loops[] = {{8, 3}, {40960, 4}, {1 << 20, 1}};
    CHECK_EQ(read_loops(4096, 8, 3, loops), 10);
    for (uint32_t i = 0; i < 5; i++)
        CHECK(copies[1 + 10 * i].asked && copies[257 + 10 * i].asked);
    /* From column to column outside of it. */
    begin(MPG_PAGE);
    static const struct loop columns[] = {{40960, 4}, {8, 3}, {-(1 << 20), 1}};
    CHECK_EQ(read_loops(4096 + (1 << 20), 8, 3, columns), 10);
    for (uint32_t i = 0; i < 5; i++)
        CHECK(copies[1 + 10 * i].asked && copies[257 + 10 * i].asked);
    /* One jump more than can be said, but not one that is not made. */
    static const struct loop four[] = {{20480, 1}, {49152, 1}, {1 << 20, 1}};
    CHECK_EQ(read_loops(2 << 20, 8, 3, four), 0);
    static const struct loop two[] = {{20480, 1}, {49152, 0}, {1 << 20, 1}};
    CHECK_EQ(read_loops(2 << 20, 8, 3, two), 4);
}

/* The first of a long one, and the rest where the thread faults. */
static void long_ones(void)
{
    begin(MPG_PAGE);
    CHECK_EQ(read_loops(4096, 8, 1, (struct loop[]){{8, 512 * 1000 - 1}}),
             WINDOW);
    CHECK(is_asked(1, WINDOW) && !copies[WINDOW + 1].asked);
    CHECK_EQ(expected.next, 1 + WINDOW);
    CHECK_EQ(expected.end, 1001);
    CHECK_EQ(expected.access, MPG_ACCESS_READ);
    /* Nothing is expected behind what could be asked for, nor of who begins at
     * the other end, nor of one that jumps. */
    mpg__engine.requests_open = 0;
    CHECK_EQ(read_loops(2000 * 4096, 8, 1, (struct loop[]){{8, 512 * 256 - 1}}),
             WINDOW);
    CHECK_EQ(expected.end, 0);
    mpg__engine.requests_open = 0;
    CHECK_EQ(read_loops(5000 * 4096, 8, 1, (struct loop[]){{-8, 512 * 1000}}),
             WINDOW);
    CHECK_EQ(expected.end, 0);
    mpg__engine.requests_open = 0;
    CHECK_EQ(read_loops(6000 * 4096, 8, 1, (struct loop[]){{12288, 700}}), 701);
    CHECK_EQ(expected.end, 0);
}

/* Large minipages: as many bytes. */
static void large_minipages(void)
{
    begin(65536);
    CHECK_EQ(read_loops(0, 8, 1, (struct loop[]){{8, 1 << 20}}), 16);
    CHECK_EQ(read_loops(0, 8, 1, (struct loop[]){{1 << 20, 500}}), 256);
    begin(2 << 20);
    CHECK_EQ(read_loops(0, 8, 1, (struct loop[]){{8, 1 << 20}}), 1);
}

/* No more than may be under way; nor looks at more than it can ask for soon. */
static void limits(void)
{
    begin(MPG_PAGE);
    mpg__engine.requests_open = MPG_PREFETCH_MAX - 5;
    CHECK_EQ(read_loops(0, 4096, 0, NULL), 1);
    struct mpg__use use =
        use_of(4096, 8, MPG_ACCESS_READ, 1, (struct loop[]){{8, 5120}});
    mpg__foresee_ask(&use);
    CHECK_EQ(asked, 5);
    begin(MPG_PAGE);
    for (unsigned i = 0; i < 5000; i++)
        copies[i].access = MPG_ACCESS_READ;
    CHECK_EQ(read_loops(0, 8, 1, (struct loop[]){{8, 512 * 5001 - 1}}), 0);
    CHECK_EQ(read_loops(8, 8, 2, (struct loop[]){{12288, 1666}, {4096, 9}}), 0);
}

/* Whatever is said may be wrong. */
static void nonsense(void)
{
    begin(MPG_PAGE);
    CHECK_EQ(read_loops(0, 8, 1, (struct loop[]){{8, UINT64_MAX}}), 0);
    CHECK_EQ(read_loops(0, 8, 1, (struct loop[]){{8, UINT32_MAX}}), 0);
    CHECK_EQ(read_loops(0, 8, 1, (struct loop[]){{INT64_MIN, 1}}), 0);
    CHECK_EQ(read_loops(0, 8, 2, (struct loop[]){{8, 511}, {0, 1000}}), 1);
    CHECK_EQ(read_loops(4096, 8, 1, (struct loop[]){{-8, 513}}), 0);
    CHECK_EQ(read_loops(region.bytes - 8, 8, 1, (struct loop[]){{8, 1}}), 0);
    CHECK_EQ(read_loops(region.bytes - 8, 8, 1, (struct loop[]){{8, 0}}), 1);
    CHECK_EQ(read_loops(region.bytes, 8, 0, NULL), 0);
    CHECK_EQ(read_loops(0, 0, 0, NULL), 0);
    CHECK_EQ(read_loops(0, UINT64_MAX, 0, NULL), 0);
    CHECK_EQ(read_loops(-region.layout.offset - 4096, 4096, 0, NULL), 0);
    CHECK_EQ(read_loops(0, 8, 2, (struct loop[]){{40960, 800}, {8192, 600}}),
             0);
    /* Sums that are more than a number can be. */
    CHECK_EQ(read_loops(0, UINT64_MAX - 4095, 1, (struct loop[]){{8192, 1}}),
             0);
    static const struct loop round[] = {{4096, UINT64_C(1) << 51},
                                        {4096, UINT64_C(1) << 51}};
    CHECK_EQ(read_loops(8192, 8, 2, round), 0);
    region.layout.views = 2;
    CHECK_EQ(read_loops(8192, 4096, 0, NULL), 0);
}

int main(void)
{
    elements_in_order();
    bytes_alone();
    downwards();
    rows_without_gaps();
    jumps();
    long_ones();
    large_minipages();
    limits();
    nonsense();
    return 0;
}

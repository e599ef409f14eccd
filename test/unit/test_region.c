/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Regions: which layouts can be, whoever asks for them, and where cells of
 * minipages lie.
 */
#include "check.h"
#include "engine/engine.h"

struct mpg__engine mpg__engine;
struct mpg__vm mpg__vm;

/* Regions that are made, which none is. */
void mpg__vm_need_views(unsigned count)
{
    (void)count;
}

void mpg__advice_add(struct mpg__region *region)
{
    (void)region;
}

enum { HOSTS = 3 };

static struct mpg__layout good(void)
{
    return (struct mpg__layout){.slot_bytes = MPG_PAGE,
                                .slots = 100,
                                .views = 1,
                                .homes = MPG_HOMES_MAKER,
                                .is_heap = 1,
                                .maker = HOSTS - 1};
}

static const char *refusal(struct mpg__layout layout)
{
    return mpg__layout_refusal(&layout);
}

#define WITH(field, value)                                                     \
    ({                                                                         \
        struct mpg__layout with = good();                                      \
        with.field = value;                                                    \
        refusal(with);                                                         \
    })

static void layouts(void)
{
    CHECK(!refusal(good()));
    CHECK(!WITH(slots, MPG_SLOTS_MAX));
    CHECK_STR(WITH(slot_bytes, 0), "a region of empty or too large minipages");
    CHECK_STR(WITH(slot_bytes, MPG_SLOT_BYTES_MAX + 1),
              "a region of empty or too large minipages");
    CHECK_STR(WITH(slot_bytes, 64),
              "a region with a number of views that cannot be");
    CHECK_STR(WITH(views, 3), "a region with a number of views that cannot be");
    CHECK_STR(WITH(homes, MPG_HOMES_MAKER + 1),
              "a region homed at no host of this job");
    CHECK_STR(WITH(maker, HOSTS), "a region homed at no host of this job");
    CHECK(!WITH(cell_bytes, 16));
    CHECK(!WITH(cell_bytes, MPG_PAGE));
    CHECK_STR(WITH(cell_bytes, MPG_PAGE + 1),
              "a region of allocations that are larger than minipages");
}

/* There is a word for each at its maker. */
static void too_many(void)
{
    struct mpg__layout layout = good();
    layout.cell_bytes = 16;
    layout.slots = MPG_SLOTS_MAX / (MPG_PAGE / 16);
    CHECK(!refusal(layout));
    layout.slots++;
    CHECK_STR(refusal(layout), "a region of too many allocations");
}

/* 85 of 48 bytes are a page but for 16 bytes. */
static void cells(void)
{
    struct mpg__layout layout = good();
    CHECK_EQ(mpg__slot_cells(&layout), 1);
    CHECK_EQ(mpg__cell_bytes(&layout), MPG_PAGE);
    layout.offset = 2 * MPG_PAGE;
    layout.cell_bytes = 48;
    CHECK_EQ(mpg__slot_cells(&layout), 85);
    CHECK_EQ(mpg__cell_bytes(&layout), 48);
    struct mpg__region region = {.layout = layout};
    const char *start = mpg__slot_address(&region, 0);
    CHECK_EQ(mpg__cell_address(&region, 0) - start, 0);
    CHECK_EQ(mpg__cell_address(&region, 84) - start, 84 * 48);
    CHECK_EQ(mpg__cell_address(&region, 85) - start, MPG_PAGE);
    CHECK_EQ(mpg__cell_address(&region, 2 * 85 + 1) - start, 2 * MPG_PAGE + 48);
}

int main(void)
{
    mpg__engine.node.hosts = HOSTS;
    layouts();
    too_many();
    cells();
    return check_report();
}

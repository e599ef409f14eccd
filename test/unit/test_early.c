/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Vpages that are opened while their bytes are under way: when that is done,
 * and what becomes of it when the protocol says something else.
 */
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "check.h"
#include "engine/engine_internal.h"
#include "net/net.h"

enum { SLOTS = 64, OTHER = 9, SLOT = 5 };

struct mpg__vm mpg__vm;
struct mpg__engine mpg__engine;
static bool is_alone;
static struct mpg__copy copies[SLOTS];
static uint8_t hints[SLOTS];
static struct mpg__region region = {
    .layout = {.slot_bytes = MPG_PAGE, .slots = SLOTS, .views = 1},
    .copies = copies,
    .hints = hints};
static char object[SLOTS * MPG_PAGE];

/* What happened, a letter for each change; those of OTHER are small. */
static char happened[16];
/* Where the vpages are: private, so that writing one has the kernel make a copy
 * of what the file has, which it tells. */
static char *views;
static int pagemap;

static void note(char what, const char *start, size_t bytes)
{
    unsigned slot = (unsigned)((start - mpg__vm.views) / MPG_PAGE);
    CHECK_EQ(bytes, MPG_PAGE);
    CHECK(slot == SLOT || slot == OTHER);
    size_t count = strlen(happened);
    CHECK_LE(count + 2, sizeof happened);
    happened[count] = (char)(slot == SLOT ? what : what - 'A' + 'a');
}

#define NOTED(name, letter, allows)                                            \
    static void name(char *start, size_t bytes)                                \
    {                                                                          \
        note(letter, start, bytes);                                            \
        CHECK_EQ(mprotect(start, bytes, allows), 0);                           \
    }
NOTED(open_read, 'R', PROT_READ)
NOTED(open_write, 'W', PROT_READ | PROT_WRITE)
NOTED(upgrade, 'U', PROT_READ | PROT_WRITE)
NOTED(protect, 'P', PROT_READ)
NOTED(close_pages, 'C', PROT_NONE)

static const struct mpg__vm_backend backend = {.open_read = open_read,
                                               .open_write = open_write,
                                               .upgrade = upgrade,
                                               .protect = protect,
                                               .close = close_pages};

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
    (void)host, (void)head, (void)payload;
}

void mpg__vm_make(const char *place, size_t bytes)
{
    CHECK(place == object + SLOT * MPG_PAGE && bytes == MPG_PAGE);
}

bool mpg__alone(void)
{
    return is_alone;
}

/* A thread that has `has` has asked for `wants`, and nothing has come yet. */
static void ask(enum mpg__access has, enum mpg__access wants)
{
    memset(happened, 0, sizeof happened);
    is_alone = true;
    copies[SLOT] =
        (struct mpg__copy){.access = (uint8_t)has, .asked = (uint8_t)wants};
    mpg__early_want(0, SLOT, wants);
    mpg__early_begin();
}

static void say(void (*change)(char *, size_t), uint32_t slot)
{
    mpg__pages_change(change, 0, slot);
    mpg__pages_now();
}

static void expect(const char *what)
{
    CHECK_STR(happened, what);
}

/* How SLOT's vpage has been used since it was mapped. */
static enum mpg__access used(void)
{
    uint64_t entry;
    const uint64_t is_there = UINT64_C(1) << 63, is_of_file = UINT64_C(1) << 61;
    off_t at = (off_t)((uintptr_t)(views + SLOT * MPG_PAGE) / MPG_PAGE);
    CHECK_EQ(pread(pagemap, &entry, 8, at * 8), 8);
    if (!(entry & is_there))
        return MPG_ACCESS_NONE;
    return entry & is_of_file ? MPG_ACCESS_READ : MPG_ACCESS_WRITE;
}

/* Nobody looks before the thread that waits, so it has nothing to find out. */
static void what_is_made_has_been_used(void)
{
    CHECK_EQ(used(), MPG_ACCESS_NONE);
    ask(MPG_ACCESS_NONE, MPG_ACCESS_READ);
    CHECK_EQ(used(), MPG_ACCESS_READ);
    mpg__early_end();
    ask(MPG_ACCESS_NONE, MPG_ACCESS_WRITE);
    CHECK_EQ(used(), MPG_ACCESS_WRITE);
    CHECK_EQ(views[SLOT * MPG_PAGE], '!'); /* as it was */
    mpg__early_end();
}

static void what_is_made_is_not_made_again(void)
{
    ask(MPG_ACCESS_NONE, MPG_ACCESS_READ);
    expect("R");
    say(open_read, OTHER);
    say(open_read, SLOT);
    mpg__early_end();
    expect("Rr");
    say(protect, SLOT); /* And later changes are made as ever. */
    expect("RrP");

    ask(MPG_ACCESS_NONE, MPG_ACCESS_WRITE);
    say(open_write, SLOT);
    mpg__early_end();
    expect("W");

    ask(MPG_ACCESS_READ, MPG_ACCESS_WRITE);
    say(upgrade, SLOT);
    mpg__early_end();
    expect("U");
}

/* Not while others can look, nor where nothing is on its way, and only by who
 * has just asked. */
static void nothing_without_need(void)
{
    ask(MPG_ACCESS_NONE, MPG_ACCESS_READ);
    say(open_read, SLOT);
    mpg__early_end();
    mpg__early_begin();
    mpg__early_end();
    expect("R");
    memset(happened, 0, sizeof happened);
    is_alone = false;
    mpg__early_want(0, SLOT, MPG_ACCESS_WRITE);
    mpg__early_begin();
    is_alone = true;
    mpg__early_begin(); /* What was not done then is forgotten. */
    copies[SLOT].asked = 0;
    mpg__early_want(0, SLOT, MPG_ACCESS_WRITE);
    mpg__early_begin();
    copies[SLOT] = (struct mpg__copy){.access = MPG_ACCESS_WRITE, .asked = 1};
    mpg__early_want(0, SLOT, MPG_ACCESS_WRITE);
    mpg__early_begin();
    expect("");
}

static void large_ones_have_time(void)
{
    region.layout.slot_bytes = 65536 + MPG_PAGE;
    ask(MPG_ACCESS_NONE, MPG_ACCESS_READ);
    mpg__early_end();
    expect("");
    region.layout.slot_bytes = MPG_PAGE;
}

/* Another host's write was first: its copy goes, and then it is as new. */
static void the_protocol_has_the_last_word(void)
{
    ask(MPG_ACCESS_READ, MPG_ACCESS_WRITE);
    say(close_pages, SLOT);
    expect("UPC");
    say(open_write, SLOT);
    mpg__early_end();
    expect("UPCW");

    ask(MPG_ACCESS_NONE, MPG_ACCESS_WRITE);
    say(open_read, SLOT);
    expect("WCR");
}

static void nothing_stays_open(void)
{
    ask(MPG_ACCESS_NONE, MPG_ACCESS_READ);
    mpg__early_end();
    expect("RC");
    ask(MPG_ACCESS_READ, MPG_ACCESS_WRITE);
    mpg__early_undo(); /* A thread of the program is to run. */
    mpg__pages_now();
    expect("UP");
    mpg__early_end();
    expect("UP");
    say(upgrade, SLOT);
    expect("UPU");
}

static void map_views(void)
{
    int file = memfd_create("views", MFD_CLOEXEC);
    CHECK_EQ(ftruncate(file, sizeof object), 0);
    for (off_t at = 0; at < (off_t)sizeof object; at += MPG_PAGE)
        CHECK_EQ(pwrite(file, "!", 1, at), 1);
    views = mmap(NULL, sizeof object, PROT_NONE, MAP_PRIVATE, file, 0);
    CHECK(views != MAP_FAILED);
    pagemap = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
    CHECK(pagemap >= 0);
}

int main(void)
{
    map_views();
    mpg__vm = (struct mpg__vm){.backend = &backend,
                               .privileged = object,
                               .views = views,
                               .bytes = sizeof object,
                               .stride = sizeof object};
    what_is_made_has_been_used();
    what_is_made_is_not_made_again();
    nothing_without_need();
    large_ones_have_time();
    the_protocol_has_the_last_word();
    nothing_stays_open();
    return check_report();
}

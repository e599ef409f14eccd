/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * The account as lines for the launcher, which adds up those of all hosts;
 * their form is in boot.h.  Instructions are told by their place in a file,
 * because that is what debuggers look up.
 */
#include <dlfcn.h>
#include <elf.h>
#include <execinfo.h>
#include <gnu/libc-version.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mutex.h"
#include "boot/boot.h"
#include "engine_internal.h"
#include "explain.h"

#define OBJECTS_MAX 32u   /* that are told of, those that cost most */
#define RUNS_MAX    32u   /* of minipages that one host wrote last */
#define MADE_MAX    1024u /* calls that allocate, of all regions */
#define MADE_TOLD   4u    /* and of one, those that allocate most */
#define FRAMES_MAX  16
#define LAST_MAX    32u /* bytes of the last line */

/* Who allocated what, on this host. */
static mpg__mutex made_lock;
static uint32_t made_count;
static struct made {
    uint32_t region;
    uintptr_t ip;
    uint64_t bytes;
} made[MADE_MAX];

static struct {
    char text[MPG_BOOT_SAID_MAX];
    size_t length;
    bool is_full; /* something was cut */
} out;

__attribute__((format(printf, 1, 2))) static void put(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    size_t room = sizeof out.text - out.length;
    size_t length =
        (size_t)vsnprintf(out.text + out.length, room, format, arguments);
    va_end(arguments);
    out.is_full |= length >= room;
    out.length += length < room ? length : room - 1;
}

static const void *base_of(const void *address)
{
    Dl_info info;
    return dladdr(address, &info) ? info.dli_fbase : NULL;
}

/* The first of the callers that is not of this library; 0 when it is the C
 * library, for which nobody but us allocates here: the stack of a thread. */
static uintptr_t caller(void)
{
    void *frames[FRAMES_MAX];
    const void *ours = base_of((const void *)&mpg__explain_is_on);
    int count = backtrace(frames, FRAMES_MAX);
    int at = 0;
    /* A sanitizer's backtrace is not ours, and calls itself. */
    while (at < count && base_of(frames[at]) != ours)
        at++;
    while (at < count && base_of(frames[at]) == ours)
        at++;
    if (at == count ||
        base_of(frames[at]) == base_of((const void *)gnu_get_libc_version))
        return 0;
    return (uintptr_t)frames[at] - 1; /* in the call, not behind it */
}

void mpg__explain_made(uint32_t region, uint64_t bytes)
{
    uintptr_t ip = caller();
    uint32_t at = 0;
    mpg__mutex_lock(&made_lock);
    while (at < made_count && (made[at].region != region || made[at].ip != ip))
        at++;
    if (at == made_count && at < MADE_MAX)
        made[made_count++] = (struct made){region, ip, 0};
    if (at < MADE_MAX)
        made[at].bytes += bytes;
    mpg__mutex_unlock(&made_lock);
}

/* A line: its kind and the object, numbers, and what else there is. */
static void begin(const char *kind, const struct mpg__account *account)
{
    put("%s\t%u.%u", kind, account->region, account->slot);
}

static void number(uint64_t value)
{
    put("\t%" PRIu64, value);
}

/* "ADDRESS\tFILE": as the file counts, which is from its start unless it was
 * linked to one address. */
static void place(uintptr_t ip)
{
    Dl_info info;
    if (!ip || !dladdr((const void *)ip, &info)) {
        put("\t0\t-");
        return;
    }
    const Elf64_Ehdr *head = info.dli_fbase;
    uintptr_t start = head->e_type == ET_EXEC ? 0 : (uintptr_t)head;
    put("\t%#" PRIxPTR "\t%s", ip - start, info.dli_fname);
}

static void put_object(const struct mpg__account *account)
{
    const struct mpg__region *region = mpg__region_get(account->region);
    struct mpg__object object = {0};
    if (mpg__services.object)
        mpg__services.object(account->region, account->slot, &object);
    begin("object", account);
    number(region->layout.slot_bytes);
    number(account->element);
    number(account->is_all ? region->layout.slots : 1);
    put("\t%s\t%s\t%u\t%s\t%u\n", object.parts ? object.parts : "-",
        object.name ? object.name : "-", object.line,
        object.file ? object.file : "-", region->layout.cell_bytes);
}

/* The call that has allocated most of the region, of those that come behind the
 * last one. */
static const struct made *next_made(uint32_t region, const struct made *last)
{
    const struct made *most = NULL;
    for (uint32_t i = 0; i < made_count; i++) {
        const struct made *each = &made[i];
        bool is_behind = !last || each->bytes < last->bytes ||
                         (each->bytes == last->bytes && each > last);
        if (each->region == region && is_behind &&
            (!most || each->bytes > most->bytes))
            most = each;
    }
    return most;
}

static void put_made(const struct mpg__account *account)
{
    const struct made *each = NULL;
    for (unsigned i = 0; i < MADE_TOLD; i++) {
        each = next_made(account->region, each);
        if (!each)
            return;
        begin("made", account);
        number(each->bytes);
        place(each->ip);
        put("\n");
    }
}

static void put_faults(const struct mpg__account *account)
{
    begin("faults", account);
    number(account->read_faults);
    number(account->write_faults);
    number(account->ns);
    number(account->consumed);
    number(account->overwritten);
    put("\n");
    for (unsigned i = 0; i < MPG_EXPLAIN_SITES; i++) {
        const struct mpg__site *site = &account->sites[i];
        if (!site->count)
            continue;
        begin("at", account);
        put("\t%s", site->is_write ? "write" : "read");
        number(site->count);
        number(site->ns);
        place(site->ip);
        put("\n");
    }
}

static void put_came(const struct mpg__account *account)
{
    begin("came", account);
    number(account->came);
    number(account->first);
    number(account->unchanged);
    number(account->apart);
    number(account->same);
    put("\n");
}

static void put_sizes(const struct mpg__account *account)
{
    for (uint32_t i = 0; i < account->finer_count; i++) {
        begin("finer", account);
        number(account->finer[i].bytes);
        number(account->finer[i].spared);
        number(account->finer[i].needed);
        put("\n");
    }
    for (unsigned i = 0; i < MPG_EXPLAIN_STEPS; i++) {
        if (!account->steps[i].spared)
            continue;
        begin("step", account);
        number(account->steps[i].bytes);
        number(account->steps[i].apart);
        number(account->steps[i].spared);
        number(account->steps[i].came);
        number(account->steps[i].needed);
        put("\n");
    }
    uint64_t bytes = mpg__region_get(account->region)->layout.slot_bytes;
    for (unsigned i = 0; account->is_array && i < MPG_EXPLAIN_LEVELS; i++) {
        begin("coarser", account);
        number(bytes << (i + 1));
        number(account->coarser[i]);
        put("\n");
    }
}

static void put_run(const struct mpg__account *account, uint32_t first,
                    uint32_t last, unsigned owner)
{
    begin("has", account);
    number(first);
    number(last);
    number(owner);
    put("\n");
}

/* Who has written what is homed here last, as runs of slots; what lies between,
 * and is homed elsewhere or was not written, is taken for their part.  Too many
 * are one run that is nobody's. */
static void put_owners(const struct mpg__account *account)
{
    const struct mpg__region *region = mpg__region_get(account->region);
    uint32_t slots = region->layout.slots, first = 0, last = 0, runs = 0;
    unsigned owner = MPG_HOST_NONE;
    size_t start = out.length;
    for (uint32_t slot = 0; slot < slots && runs <= RUNS_MAX; slot++) {
        if (mpg__region_home(region, slot) != mpg__engine.node.self)
            continue;
        const struct mpg__home *home = mpg__region_home_entry(region, slot);
        if (!home->is_touched)
            continue;
        if (home->owner != owner) {
            if (runs++)
                put_run(account, first, last, owner);
            first = slot;
            owner = home->owner;
        }
        last = slot;
    }
    if (runs > RUNS_MAX) {
        out.length = start;
        put_run(account, 0, slots - 1, MPG_HOST_NONE);
    } else if (runs) {
        put_run(account, first, last, owner);
    }
}

static uint64_t cost(const struct mpg__account *account)
{
    return account->ns + account->came * MPG_BOOT_COMING_NS;
}

static int by_cost(const void *a, const void *b)
{
    uint64_t x = cost(*(struct mpg__account *const *)a);
    uint64_t y = cost(*(struct mpg__account *const *)b);
    return x < y ? 1 : -(x > y);
}

/* All about one, or, when there is no room for that and a line more, nothing.
 */
static bool put_all(const struct mpg__account *account)
{
    size_t start = out.length;
    put_object(account);
    put_made(account);
    put_faults(account);
    put_came(account);
    put_sizes(account);
    if (account->is_array)
        put_owners(account);
    out.is_full |= sizeof out.text - out.length < LAST_MAX;
    if (out.is_full)
        out.length = start;
    return !out.is_full;
}

static uint64_t regions_ns, regions_waited;

void mpg__explain_regions(uint64_t ns, uint64_t waited)
{
    regions_ns = ns;
    regions_waited = waited;
}

static void put_regions(void)
{
    put("regions");
    number(mpg__engine.node.hosts);
    number(regions_ns);
    number(regions_waited);
    put("\n");
}

void mpg__explain_hand_in(void)
{
    uint32_t count, used = 0;
    struct mpg__account *accounts = mpg__explain_accounts(&count);
    struct mpg__account **list = malloc(count * sizeof(*list));
    if (!list)
        return;
    for (uint32_t i = 0; i < count; i++)
        if (accounts[i].is_used && cost(&accounts[i]))
            list[used++] = &accounts[i];
    qsort(list, used, sizeof *list, by_cost);
    uint32_t told = 0;
    if (regions_ns)
        put_regions();
    while (told < used && told < OBJECTS_MAX && put_all(list[told]))
        told++;
    uint32_t more = used - told + (accounts[count].came > 0);
    if (more)
        put("more\t%u\n", more);
    mpg__boot_account(out.text, out.length);
    free(list);
}

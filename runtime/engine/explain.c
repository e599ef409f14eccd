/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Keeping account.
 *
 * What a minipage of another size would have spared is told from three things.
 *
 *   - When one comes back, its twin (twin.c) says what the others have changed
 *     meanwhile, and what this host had changed before it lost it.  If those
 *     are different parts, hosts use *apart* what lies on one minipage, and the
 *     borders of the parts (borders.c) say how small minipages have to be.
 *     Who has only read cannot be told from one who uses what was changed, so
 *     that counts as an exchange.
 *   - If neighbours come one after the other in one phase of the program, one
 *     minipage in place of 2, 4, 8 or 16 would have come once.  Whether hosts
 *     write to parts of such a one is not known here, as what is not taken from
 *     each other is not seen; the launcher looks at who has what at the end.
 *   - A fault has an address.  If that was changed by another host, it was
 *     consumed, or is overwritten: a variable that is only ever overwritten has
 *     nothing to tell the others.
 *
 * Each host keeps account of what it takes itself, and nothing here depends on
 * how many hosts there are.
 */
#include "explain.h"

#include <string.h>

#include "base/fatal.h"
#include "base/gcd.h"
#include "base/zeros.h"
#include "engine_internal.h"
#include "need.h"
#include "twin.h"

#define ACCOUNTS_MAX  4096u
#define USUAL_ELEMENT 8u  /* bytes */
#define ELEMENT_MAX   64u /* of larger ones, an access is about a word */

/* Of 16 neighbouring minipages, which have come in this phase, in the same
 * minipage of 2, 4, 8, 16 as one that has just come. */
struct group {
    uint32_t phase;
    uint16_t came[MPG_EXPLAIN_LEVELS];
};

bool mpg__explain_is_on;
static struct mpg__account *accounts;
static struct group **groups; /* of each region */
static uint32_t phase = 1;

/* The fault that this thread is in. */
static __thread struct {
    struct mpg__account *account;
    uint64_t since, offset;
    uintptr_t ip;
    bool is_write;
} fault __attribute__((tls_model("initial-exec")));

void mpg__explain_start(void)
{
    accounts = mpg__zeros("--explain", (ACCOUNTS_MAX + 1) * sizeof *accounts);
    accounts[ACCOUNTS_MAX].element = USUAL_ELEMENT;
    groups = mpg__zeros("--explain", MPG_REGIONS_MAX * sizeof(*groups));
    mpg__twin_start();
    mpg__explain_is_on = true;
}

struct mpg__account *mpg__explain_accounts(uint32_t *count)
{
    *count = ACCOUNTS_MAX;
    return accounts;
}

/* Small variables are gathered in regions, one a slot (api/vars.c). */
static bool is_gathered(const struct mpg__region *region)
{
    return region->layout.homes == MPG_HOMES_CYCLIC && !region->layout.is_heap;
}

static void add_finer(struct mpg__account *account, uint64_t bytes,
                      uint64_t slot_bytes)
{
    uint32_t at = 0;
    while (at < account->finer_count && account->finer[at].bytes != bytes)
        at++;
    if (bytes % MPG_WORD || !bytes || bytes >= slot_bytes ||
        at < account->finer_count || at == MPG_EXPLAIN_FINER)
        return;
    account->finer[account->finer_count++].bytes = bytes;
}

/* What the variable is made of, and 1, 2, 4, ... of the innermost. */
static void choose_finer(struct mpg__account *account, const char *parts,
                         uint64_t slot_bytes)
{
    uint64_t part = 0;
    for (; *parts; parts++) {
        if (*parts != ',') {
            part = part * 10 + (uint64_t)(*parts - '0');
            continue;
        }
        add_finer(account, part, slot_bytes);
        part = 0;
    }
    account->element = part ? part : USUAL_ELEMENT;
    while (account->element % MPG_WORD)
        account->element *= 2;
    for (part = account->element; part < slot_bytes; part *= 2)
        add_finer(account, part, slot_bytes);
}

static void open_account(struct mpg__account *account,
                         const struct mpg__region *region)
{
    struct mpg__object object = {0};
    if (mpg__services.object)
        mpg__services.object(account->region, account->slot, &object);
    account->is_used = true;
    account->is_all = !is_gathered(region);
    /* A minipage of the heap that stays with its maker is one allocation, or
     * several, of which each could have its own. */
    const struct mpg__layout *layout = &region->layout;
    bool is_single = layout->is_heap && layout->homes == MPG_HOMES_MAKER;
    account->is_array = account->is_all && !is_single;
    choose_finer(account, object.parts ? object.parts : "",
                 is_single ? 0 : layout->slot_bytes);
    if (layout->cell_bytes)
        add_finer(account, layout->cell_bytes, layout->slot_bytes);
}

/* Behind the last one is that of all that have no room; nobody is told of it,
 * but that there are some. */
static struct mpg__account *account_of(uint32_t number, uint32_t slot)
{
    const struct mpg__region *region = mpg__region_get(number);
    if (!is_gathered(region))
        slot = 0;
    uint32_t at = number * 2654435761u + slot * 40503u;
    for (uint32_t i = 0; i < ACCOUNTS_MAX; i++, at++) {
        struct mpg__account *account = &accounts[at % ACCOUNTS_MAX];
        if (!account->is_used) {
            account->region = number;
            account->slot = slot;
            open_account(account, region);
            return account;
        }
        if (account->region == number && account->slot == slot)
            return account;
    }
    return &accounts[ACCOUNTS_MAX];
}

/* Minipages that come. */

/* The largest part of so many bytes that is less than a minipage, in whole
 * elements; 0 when there is none. */
static uint64_t part_of(uint64_t bytes, uint64_t slot_bytes, uint64_t element)
{
    for (uint64_t parts = bytes / slot_bytes + 1; parts <= bytes / element;
         parts++)
        if (bytes % parts == 0 && bytes / parts % element == 0)
            return bytes / parts;
    return 0;
}

/* Small sizes fit more borders than large ones, and say less: of those that fit
 * nearly all, or all but one of a few, the largest are worth keeping. */
static uint64_t worth(const struct mpg__step *step)
{
    return (step->spared + 1) * 10 >= step->apart * 9 ? step->bytes : 0;
}

/* Rows and cells of a program have sizes that nobody tells us, and borders lie
 * at multiples of those.  So what the last two lists of borders have in common
 * may be one; whether it stays depends on how many others it fits. */
static void note_steps(struct mpg__account *account,
                       const struct mpg__borders *borders, uint64_t slot_bytes)
{
    uint64_t step = mpg__borders_step(borders, account->element);
    if (!step)
        return;
    uint64_t common = part_of(mpg__gcd(step, account->last_step), slot_bytes,
                              account->element);
    struct mpg__step *least = account->steps;
    account->last_step = step;
    bool is_new = true;
    for (unsigned i = 0; i < MPG_EXPLAIN_STEPS; i++) {
        struct mpg__step *each = &account->steps[i];
        each->apart++;
        each->spared += each->bytes && mpg__borders_part(borders, each->bytes);
        is_new &= each->bytes != common;
        if (worth(each) < worth(least))
            least = each;
    }
    if (is_new && common > worth(least))
        *least = (struct mpg__step){.bytes = common};
}

/* What others changed is needed, whatever the size, unless it is another part
 * than this host's; in small minipages that is many. */
static void note_needed(struct mpg__account *account,
                        const struct mpg__borders *borders, bool is_apart)
{
    for (uint32_t i = 0; i < account->finer_count; i++) {
        struct mpg__finer *finer = &account->finer[i];
        if (is_apart && mpg__borders_part(borders, finer->bytes))
            finer->spared++;
        else
            finer->needed += mpg__borders_theirs(borders, finer->bytes);
    }
    for (unsigned i = 0; i < MPG_EXPLAIN_STEPS; i++) {
        struct mpg__step *step = &account->steps[i];
        if (!step->bytes)
            continue;
        step->came++;
        if (!is_apart || !mpg__borders_part(borders, step->bytes))
            step->needed += mpg__borders_theirs(borders, step->bytes);
    }
}

static void classify(struct mpg__account *account,
                     const struct mpg__region *region, uint32_t slot)
{
    static struct mpg__borders borders;
    uint64_t bytes = region->layout.slot_bytes, start = slot * bytes;
    uint64_t first = (region->layout.offset + start) / MPG_WORD;
    if (!account->is_all || region->layout.cell_bytes)
        start = 0; /* The variable, or the first of the cells, begins there. */
    mpg__borders_find(mpg__twin_mine, mpg__twin_theirs, first,
                      (bytes + MPG_WORD - 1) / MPG_WORD, start / MPG_WORD,
                      &borders);
    if (!borders.has_theirs) {
        account->unchanged++;
        return;
    }
    bool is_apart = borders.has_mine && !borders.is_same;
    note_needed(account, &borders, is_apart);
    if (is_apart && !region->layout.cell_bytes)
        note_steps(account, &borders, bytes);
    account->apart += is_apart;
    account->same += !is_apart;
}

static struct group *group_of(uint32_t number, uint32_t slot)
{
    uint32_t slots = mpg__region_get(number)->layout.slots;
    if (!groups[number])
        groups[number] =
            mpg__zeros("--explain",
                       (slots / MPG_EXPLAIN_GROUP + 1) * sizeof(struct group));
    return &groups[number][slot / MPG_EXPLAIN_GROUP];
}

static void note_neighbours(struct mpg__account *account, uint32_t number,
                            uint32_t slot)
{
    struct group *group = group_of(number, slot);
    unsigned at = slot % MPG_EXPLAIN_GROUP;
    if (group->phase != phase)
        *group = (struct group){.phase = phase};
    for (unsigned i = 0; i < MPG_EXPLAIN_LEVELS; i++) {
        unsigned width = 2u << i, from = at / width * width;
        unsigned mask = ((1u << width) - 1) << from;
        unsigned came = group->came[i] & mask;
        if (came & 1u << at) /* again, and with it all the others */
            came = 0;
        account->coarser[i] += !came;
        group->came[i] = (uint16_t)((group->came[i] & ~mask) | came | 1u << at);
    }
}

static void note_coming(const struct mpg__event *event, bool is_first)
{
    struct mpg__account *account = account_of(event->region, event->slot);
    account->came++;
    if (is_first) {
        account->first++;
        return;
    }
    classify(account, mpg__region_get(event->region), event->slot);
    if (account->is_array)
        note_neighbours(account, event->region, event->slot);
}

void mpg__explain_step(const struct mpg__event *event, unsigned asked)
{
    const struct mpg__copy *copy = event->copy;
    const struct mpg__region *region = mpg__region_get(event->region);
    const struct mpg__message *message = event->message;
    uint64_t bytes = region->layout.slot_bytes;
    uint64_t offset = region->layout.offset + event->slot * bytes;
    bool was_known = mpg__twin_is_known(offset);
    if (message && message->bytes)
        mpg__twin_came(offset, bytes);
    if (!asked && copy->asked && copy->access == MPG_ACCESS_NONE)
        mpg__twin_asked(offset, bytes);
    if (copy->access == MPG_ACCESS_NONE || copy->asked)
        return;
    mpg__twin_take(offset, bytes); /* if it came without bytes */
    if (asked && message && message->from != mpg__engine.node.self)
        note_coming(event, !was_known);
}

void mpg__explain_phase(void)
{
    phase++;
}

/* Faults. */

/* The busiest are kept: a new one takes the place of the least busy, with its
 * count, which it may well have had already. */
static struct mpg__site *site_of(struct mpg__account *account)
{
    struct mpg__site *least = account->sites;
    for (unsigned i = 0; i < MPG_EXPLAIN_SITES; i++) {
        struct mpg__site *site = &account->sites[i];
        if (site->ip == fault.ip && site->is_write == fault.is_write)
            return site;
        if (site->count < least->count)
            least = site;
    }
    least->ip = fault.ip;
    least->is_write = fault.is_write;
    return least;
}

static uint64_t offset_of(const void *address)
{
    uint64_t offset;
    if (mpg__vm_is_composed(address))
        return (uint64_t)((const char *)address - mpg__vm_composed());
    (void)mpg__vm_view_of(address, &offset);
    return offset;
}

void mpg__explain_fault(const struct mpg__need *need, const void *address,
                        uintptr_t ip)
{
    fault.account = account_of(need->region, need->slot);
    fault.offset = offset_of(address);
    fault.ip = ip;
    fault.is_write = need->access == MPG_ACCESS_WRITE;
    fault.since = mpg__now_ns();
}

/* Whether another host has changed any of the element that was touched: of a
 * number, one half may be as it was. */
static bool is_changed(const struct mpg__account *account)
{
    uint64_t bytes = account->element;
    if (bytes > ELEMENT_MAX)
        bytes = MPG_WORD;
    uint64_t start = mpg__region_get(account->region)->layout.offset;
    uint64_t at = start + (fault.offset - start) / bytes * bytes;
    for (uint64_t end = at + bytes; at < end; at += MPG_WORD)
        if (mpg__bit(mpg__twin_theirs, at / MPG_WORD))
            return true;
    return false;
}

static bool is_prefix(unsigned char byte)
{
    return byte == 0x66 || byte == 0xf2 || byte == 0xf3 || byte == 0xf0 ||
           byte == 0x2e || byte == 0x3e || byte == 0x64 || byte == 0x65 ||
           (byte & 0xf0) == 0x40;
}

/* Whether an instruction that has faulted to write uses what was there before:
 * `add`, `inc`, `cmpxchg` and their like.  All others store. */
static bool is_update(uintptr_t ip)
{
    const unsigned char *code = (const unsigned char *)ip;
    while (is_prefix(*code))
        code++;
    if (code[0] == 0x0f)
        return (code[1] & 0xfe) == 0xc0 || (code[1] & 0xfe) == 0xb0 ||
               (code[1] & 0xe7) == 0xa3 || code[1] == 0xba;
    return (code[0] < 0x38 && (code[0] & 0x06) == 0) || /* to memory */
           (code[0] >= 0x80 && code[0] <= 0x83) || (code[0] & 0xfe) == 0x86 ||
           (code[0] & 0xfe) == 0xc0 || (code[0] & 0xfc) == 0xd0 ||
           (code[0] & 0xfe) == 0xf6 || (code[0] & 0xfe) == 0xfe;
}

void mpg__explain_served(void)
{
    struct mpg__account *account = fault.account;
    if (!account)
        return;
    uint64_t took = mpg__now_ns() - fault.since;
    bool is_theirs = is_changed(account);
    struct mpg__site *site = site_of(account);
    site->count++;
    site->ns += took;
    account->ns += took;
    account->read_faults += !fault.is_write;
    account->write_faults += fault.is_write;
    if (is_theirs && (!fault.is_write || is_update(fault.ip)))
        account->consumed++;
    else
        account->overwritten += is_theirs;
    fault.account = NULL;
}

/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Granularity, and MILLIPAGE_GRANULARITY="name=element,4;other=64".
 */
#include "grain.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/config.h"
#include "base/fatal.h"
#include "engine/engine.h"
#include "vars.h"

struct wish {
    enum mpg_abi_grain grain;
    uint64_t count;
};

static bool is_word(const char *text, size_t length, const char *word)
{
    return length == strlen(word) && !memcmp(text, word, length);
}

static bool parse_number(const char *text, size_t length, uint64_t *number)
{
    char *end;
    if (!length || *text < '0' || *text > '9')
        return false;
    errno = 0;
    *number = strtoull(text, &end, 10);
    return !errno && end == text + length && *number;
}

/* `text` is what stands behind "name=". */
static bool parse_wish(const char *text, size_t length, struct wish *wish)
{
    wish->count = 1;
    if (is_word(text, length, "whole")) {
        wish->grain = MPG_GRAIN_WHOLE;
    } else if (is_word(text, length, "page")) {
        wish->grain = MPG_GRAIN_PAGE;
    } else if (is_word(text, length, "element")) {
        wish->grain = MPG_GRAIN_ELEMENT;
    } else if (length > 8 && !memcmp(text, "element,", 8)) {
        wish->grain = MPG_GRAIN_ELEMENT;
        return parse_number(text + 8, length - 8, &wish->count);
    } else {
        wish->grain = MPG_GRAIN_BYTES;
        return parse_number(text, length, &wish->count);
    }
    return true;
}

#define TEXT_MAX 128 /* of a wish or name in a message */

/* The first `length` bytes of `from`, as far as text has room. */
static const char *cut(char text[TEXT_MAX], const char *from, size_t length)
{
    if (length > TEXT_MAX - 1)
        length = TEXT_MAX - 1;
    memcpy(text, from, length);
    text[length] = 0;
    return text;
}

/* Calls each with the name and the wish of every entry, until it answers
 * true. */
static bool each_wish(bool (*each)(const char *name, size_t length,
                                   const struct wish *, void *context),
                      void *context)
{
    for (const char *at = mpg__config.granularity; *at;) {
        size_t length = strcspn(at, ";");
        const char *equals = memchr(at, '=', length);
        struct wish wish;
        if (length) {
            size_t name = equals ? (size_t)(equals - at) : 0;
            if (!name || !parse_wish(equals + 1, length - name - 1, &wish)) {
                char text[TEXT_MAX];
                mpg__fatal("MILLIPAGE_GRANULARITY: '%s' is not name=whole, "
                           "page, element, element,K or a number of bytes",
                           cut(text, at, length));
            }
            if (each(at, name, &wish, context))
                return true;
        }
        at += length + (at[length] != 0);
    }
    return false;
}

struct search {
    const char *name;
    struct wish *found;
};

static bool is_searched(const char *name, size_t length,
                        const struct wish *wish, void *context)
{
    struct search *search = context;
    if (!is_word(name, length, search->name))
        return false;
    *search->found = *wish;
    return true;
}

/* What may be asked of code that was compiled for something else: it knows the
 * unit, and whether the variable is contiguous, and no more. */
static void check_override(const struct mpg_abi_var *var,
                           const struct wish *wish)
{
    uint64_t bytes = wish->grain == MPG_GRAIN_BYTES ? wish->count
                     : wish->grain == MPG_GRAIN_ELEMENT
                         ? wish->count * var->element
                         : MPG_PAGE;
    if (var->flags & MPG_VAR_CONTIGUOUS) {
        if (bytes % MPG_PAGE)
            mpg__fatal("MILLIPAGE_GRANULARITY: %s is compiled as contiguous "
                       "memory (%s:%u): whole, page or a multiple of %u bytes "
                       "are possible, not %llu; a finer one needs the pragma",
                       var->name, var->file, var->line, MPG_PAGE,
                       (unsigned long long)bytes);
    } else if (bytes % var->unit && bytes % MPG_PAGE) {
        mpg__fatal("MILLIPAGE_GRANULARITY: %s is compiled in units of %llu "
                   "bytes (%s:%u), and %llu is no multiple of it",
                   var->name, (unsigned long long)var->unit, var->file,
                   var->line, (unsigned long long)bytes);
    }
}

static struct wish wish_of(const struct mpg_abi_var *var)
{
    struct wish wish = {(enum mpg_abi_grain)var->grain, var->count};
    struct search search = {var->name, &wish};
    /* A pointer's name stands for its allocations, not for the pointer. */
    if (!(var->flags & MPG_VAR_HEAP) && mpg__vars_have_heap_row(var->name))
        return wish;
    if (each_wish(is_searched, &search))
        check_override(var, &wish);
    return wish;
}

static uint64_t round_up(uint64_t bytes, uint64_t step)
{
    return (bytes + step - 1) / step * step;
}

/* A single object of up to a page: what is left to choose is the size of the
 * slots that it shares pages with. */
static struct mpg__grain single(const struct mpg_abi_var *var, uint64_t bytes)
{
    uint64_t step = var->align > 16 ? var->align : 16;
    if (bytes > MPG_PAGE)
        step = MPG_PAGE;
    return (struct mpg__grain){round_up(bytes ? bytes : 1, step), 1, 1};
}

struct mpg__grain mpg__grain_of(const struct mpg_abi_var *var, uint64_t bytes)
{
    struct wish wish = wish_of(var);
    struct mpg__grain grain;
    bool is_whole = wish.grain == MPG_GRAIN_WHOLE ||
                    (wish.grain == MPG_GRAIN_DEFAULT && bytes <= MPG_PAGE);
    if (is_whole && (var->flags & MPG_VAR_CONTIGUOUS))
        return single(var, bytes);
    if (is_whole)
        grain.slot_bytes = round_up(bytes, MPG_PAGE);
    else if (wish.grain == MPG_GRAIN_ELEMENT)
        grain.slot_bytes = wish.count * var->element;
    else if (wish.grain == MPG_GRAIN_BYTES)
        grain.slot_bytes = wish.count;
    else
        grain.slot_bytes = MPG_PAGE;
    /* One minipage that need not be cut is a single object. */
    if (grain.slot_bytes >= bytes && (var->flags & MPG_VAR_CONTIGUOUS) &&
        grain.slot_bytes % MPG_PAGE)
        return single(var, bytes);
    uint64_t slots = (bytes + grain.slot_bytes - 1) / grain.slot_bytes;
    if (slots > MPG_SLOTS_MAX || grain.slot_bytes > MPG_SLOT_BYTES_MAX)
        mpg__fatal("%s (%s:%u): %llu minipages of %llu bytes are beyond the "
                   "limits (%u minipages, %llu bytes each)",
                   var->name, var->file, var->line, (unsigned long long)slots,
                   (unsigned long long)grain.slot_bytes, MPG_SLOTS_MAX,
                   (unsigned long long)MPG_SLOT_BYTES_MAX);
    grain.slots = slots ? (uint32_t)slots : 1;
    /* Allocations of one pointer share a geometry, however long they are. */
    grain.views =
        mpg__views_for(grain.slot_bytes,
                       var->flags & MPG_VAR_HEAP ? MPG_SLOTS_MAX : grain.slots);
    if (grain.views > mpg__vm.views_max)
        mpg__fatal("%s (%s:%u): minipages of %llu bytes need %u views, and "
                   "with %llu bytes of memory there are %u: choose a coarser "
                   "granularity or a smaller MILLIPAGE_MEMORY",
                   var->name, var->file, var->line,
                   (unsigned long long)grain.slot_bytes, grain.views,
                   (unsigned long long)mpg__vm.bytes, mpg__vm.views_max);
    return grain;
}

uint64_t mpg__grain_composed(bool is_composed)
{
    return is_composed ? (uint64_t)(mpg__vm_composed() - mpg__vm.views)
                       : MPG_COMPOSED_OFF;
}

void mpg__grain_fill_slot(const struct mpg_abi_var *var,
                          const struct mpg__grain *grain,
                          struct mpg_abi_slot *slot)
{
    uint64_t units = grain->slot_bytes / var->unit; /* K of abi.h */
    slot->magic = UINT64_MAX / (units ? units : 1);
    slot->mask = grain->views - 1;
    slot->stride = mpg__vm.stride;
    slot->composed =
        grain->views == 1 ? 0 : mpg__grain_composed(mpg__advice_at_first());
}

static bool exists(const char *name, size_t length, const struct wish *wish,
                   void *context)
{
    (void)wish;
    (void)context;
    if (!mpg__vars_have(name, length)) {
        char text[TEXT_MAX];
        mpg__fatal("MILLIPAGE_GRANULARITY: this program shares no variable "
                   "'%s'",
                   cut(text, name, length));
    }
    return false;
}

void mpg__grain_check_names(void)
{
    each_wish(exists, NULL);
}

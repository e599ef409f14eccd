/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Shared variables: from the descriptors that units register (abi.h) to
 * places in the memory object, the same on every host by computation alone.
 *
 * Variables of one minipage are gathered by size into regions of equal slots,
 * so that a thousand small globals share a few pages and still each has a
 * minipage; every other variable is a region of its own.
 */
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

#include "base/config.h"
#include "base/fatal.h"
#include "engine/engine.h"
#include "grain.h"
#include "vars.h"

static struct mpg_abi_unit *units;   /* in order of registration */
static struct mpg_abi_unit *unbound; /* first one not laid out yet */

#define EXPORTED __attribute__((visibility("default")))

EXPORTED void mpg__register(struct mpg_abi_unit *unit)
{
    if (unit->abi != MPG_ABI)
        mpg__fatal("%s was compiled for version %u of the plugin's ABI, this "
                   "library has %u: compile it again",
                   unit->source, unit->abi, MPG_ABI);
    if (atomic_load(&mpg__engine_is_started))
        mpg__fatal("%s has shared variables and was loaded after the program "
                   "began to share: link it to the program instead of loading "
                   "it later",
                   unit->source);
    struct mpg_abi_unit **end = &units;
    while (*end)
        end = &(*end)->next;
    unit->next = NULL;
    *end = unit;
    if (!unbound)
        unbound = unit;
}

/* What is shared by OpenMP's rule, without a pragma. */

static bool is_implicit(const struct mpg_abi_var *var)
{
    return var->flags & MPG_VAR_IMPLICIT;
}

/* Another unit may have a pragma for it, which then holds.  Pragmas are few
 * where variables are shared without. */
static const struct mpg_abi_var **pragmas;
static uint32_t pragmas_count;

static void collect_pragmas(void)
{
    uint32_t count = 0;
    for (struct mpg_abi_unit *unit = units; unit; unit = unit->next)
        count += unit->vars_count;
    pragmas = malloc((count + 1) * sizeof(*pragmas));
    if (!pragmas)
        mpg__fatal("no memory for %u shared variables: %m", count);
    pragmas_count = 0;
    for (struct mpg_abi_unit *unit = units; unit; unit = unit->next)
        for (uint32_t i = 0; i < unit->vars_count; i++)
            if (!(unit->vars[i].flags & (MPG_VAR_IMPLICIT | MPG_VAR_HEAP)))
                pragmas[pragmas_count++] = &unit->vars[i];
}

static const struct mpg_abi_var *pragma_of(const struct mpg_abi_var *var)
{
    for (uint32_t i = 0; i < pragmas_count; i++)
        if (pragmas[i]->slot == var->slot)
            return pragmas[i];
    return NULL;
}

/* A variable that units declare and none defines is a library's: found by its
 * name, and private to each host as everything of libraries is.  One of the
 * program itself is none: whoever defined it did not know that it is shared. */
static void find_in_library(const struct mpg_abi_var *var)
{
    Dl_info program, its;
    void *found = dlsym(RTLD_DEFAULT, var->name);
    if (!found || !dladdr(found, &its) || !dladdr(var->slot, &program))
        return;
    /* It may be the library's variable nonetheless, copied into the program by
     * the linker. */
    if (its.dli_fbase == program.dli_fbase && !dlsym(RTLD_NEXT, var->name))
        return;
    var->slot->base = found;
}

static void each_missing(void (*each)(const struct mpg_abi_var *))
{
    for (struct mpg_abi_unit *unit = units; unit; unit = unit->next)
        for (uint32_t i = 0; i < unit->vars_count; i++)
            if (is_implicit(&unit->vars[i]) && !unit->vars[i].slot->base)
                each(&unit->vars[i]);
}

static void refuse_missing(const struct mpg_abi_var *var)
{
    mpg__fatal(
        "'%s' (%s:%u) is defined neither by a library nor by a unit that "
        "shares it: compile the unit that defines it with millicc "
        "-fopenmp, or write '#pragma millipage private(%s)' behind the "
        "declaration if each host is to have a copy of its own",
        var->name, var->file, var->line, var->name);
}

/* Laying out. */

static uint32_t add_region(const struct mpg_abi_var *var,
                           const struct mpg__grain *grain, uint32_t slots,
                           enum mpg__homes homes)
{
    struct mpg__layout layout = {.offset = mpg__region_end(),
                                 .slot_bytes = grain->slot_bytes,
                                 .slots = slots,
                                 .views = grain->views,
                                 .homes = (uint8_t)homes};
    uint64_t room = mpg__vm.bytes - layout.offset;
    if (room / layout.slot_bytes < slots)
        mpg__fatal("%s (%s:%u) needs %llu bytes of shared memory, and %llu "
                   "are left: raise MILLIPAGE_MEMORY",
                   var->name, var->file, var->line,
                   (unsigned long long)slots * layout.slot_bytes,
                   (unsigned long long)room);
    return mpg__region_add(&layout);
}

static void place(const struct mpg_abi_var *var, uint32_t region, uint32_t slot,
                  const struct mpg__grain *grain)
{
    const struct mpg__region *where = mpg__region_get(region);
    var->slot->base = mpg__slot_address(where, slot);
    mpg__grain_fill_slot(var, grain, var->slot);
    if (grain->slots == 1 && (var->flags & MPG_VAR_CONTIGUOUS))
        var->slot->mask = 0; /* Alone in its slot, whatever its view. */
    if (var->init)
        memcpy(mpg__slot_privileged(where, slot), var->init, var->size);
}

struct small {
    const struct mpg_abi_var *var;
    struct mpg__grain grain;
};

/* By size; the sort must not depend on the implementation, so equal sizes keep
 * the order of registration. */
static int by_size(const void *a, const void *b)
{
    const struct small *x = a, *y = b;
    if (x->grain.slot_bytes != y->grain.slot_bytes)
        return x->grain.slot_bytes < y->grain.slot_bytes ? -1 : 1;
    return x->grain.slots < y->grain.slots ? -1 : 1;
}

/* grain.slots holds the position in the order of registration meanwhile. */
static void place_small(struct small *smalls, uint32_t count)
{
    qsort(smalls, count, sizeof *smalls, by_size);
    for (uint32_t first = 0; first < count;) {
        uint32_t last = first;
        uint64_t bytes = smalls[first].grain.slot_bytes;
        while (last < count && smalls[last].grain.slot_bytes == bytes)
            last++;
        struct mpg__grain grain = {bytes, 1,
                                   mpg__views_for(bytes, last - first)};
        if (grain.views > mpg__vm.views_max)
            grain.slot_bytes = MPG_PAGE, grain.views = 1;
        uint32_t region = add_region(smalls[first].var, &grain, last - first,
                                     MPG_HOMES_CYCLIC);
        for (uint32_t i = first; i < last; i++)
            place(smalls[i].var, region, i - first, &grain);
        first = last;
    }
}

static bool is_laid_out_here(const struct mpg_abi_var *var)
{
    return (var->flags & MPG_VAR_DEFINED) && !(var->flags & MPG_VAR_HEAP);
}

static void lay_out(const struct mpg_abi_var *var, struct small *smalls,
                    uint32_t *smalls_count)
{
    if (var->flags & MPG_VAR_HEAP) {
        struct mpg__grain grain = mpg__grain_of(var, MPG_PAGE);
        mpg__grain_fill_slot(var, &grain, var->slot);
        if (var->flags & MPG_VAR_CONTIGUOUS)
            var->slot->mask = 0;
        return;
    }
    if (!is_laid_out_here(var))
        return;
    const struct mpg_abi_var *pragma = is_implicit(var) ? pragma_of(var) : NULL;
    struct mpg__grain grain = mpg__grain_of(pragma ? pragma : var, var->size);
    if (grain.slots == 1 && grain.slot_bytes <= MPG_PAGE &&
        (var->flags & MPG_VAR_CONTIGUOUS)) {
        smalls[*smalls_count] = (struct small){var, grain};
        smalls[*smalls_count].grain.slots = *smalls_count;
        ++*smalls_count;
        return;
    }
    place(var, add_region(var, &grain, grain.slots, MPG_HOMES_BLOCK), 0,
          &grain);
}

EXPORTED void mpg__bind(struct mpg_abi_unit *unit)
{
    (void)unit; /* All that are registered are bound together. */
    uint32_t vars_count = 0, smalls_count = 0;
    for (struct mpg_abi_unit *each = unbound; each; each = each->next)
        vars_count += each->vars_count;
    if (!vars_count) {
        unbound = NULL;
        return;
    }
    struct small *smalls = malloc(vars_count * sizeof *smalls);
    if (!smalls)
        mpg__fatal("no memory for %u shared variables: %m", vars_count);
    collect_pragmas();
    for (struct mpg_abi_unit *each = unbound; each; each = each->next)
        for (uint32_t i = 0; i < each->vars_count; i++)
            lay_out(&each->vars[i], smalls, &smalls_count);
    place_small(smalls, smalls_count);
    free(smalls);
    free(pragmas);
    each_missing(find_in_library);
    unbound = NULL;
}

EXPORTED void mpg__initialise(void *address, const void *value, size_t bytes)
{
    mpg_assert(mpg__vm_is_shared(address));
    uint64_t offset;
    (void)mpg__vm_view_of(address, &offset);
    memcpy(mpg__vm.privileged + offset, value, bytes);
}

/* What compiled code is told of the composed view (abi.h), and what is said of
 * a region. */

/* Whether the geometry in a slot is a region's, of the heap, where one row
 * stands for all allocations of it, or whether the region is the variable's. */
static bool is_about(const struct mpg_abi_var *var,
                     const struct mpg__region *region)
{
    const struct mpg__layout *layout = &region->layout;
    if (var->slot->mask != layout->views - 1)
        return false;
    if (var->flags & MPG_VAR_HEAP)
        return layout->is_heap && !layout->cell_bytes &&
               layout->slot_bytes >= var->unit &&
               var->slot->magic ==
                   UINT64_MAX / (layout->slot_bytes / var->unit);
    return var->slot->base == mpg__slot_address(region, 0);
}

static void tell_composed(uint32_t number, bool is_composed)
{
    const struct mpg__region *region = mpg__region_get(number);
    uint64_t value = mpg__grain_composed(is_composed);
    for (struct mpg_abi_unit *unit = units; unit; unit = unit->next)
        for (uint32_t i = 0; i < unit->vars_count; i++)
            if (is_about(&unit->vars[i], region))
                __atomic_store_n(&unit->vars[i].slot->composed, value,
                                 __ATOMIC_RELAXED);
}

/* Of the heap it is known what pointers to it point to, if they have a pragma.
 */
static void tell_object(uint32_t number, uint32_t slot,
                        struct mpg__object *object)
{
    const struct mpg__region *region = mpg__region_get(number);
    const char *base = mpg__slot_address(region, slot);
    for (struct mpg_abi_unit *unit = units; unit; unit = unit->next)
        for (uint32_t i = 0; i < unit->vars_count; i++) {
            const struct mpg_abi_var *var = &unit->vars[i];
            bool is_heap = var->flags & MPG_VAR_HEAP;
            if (is_heap ? !is_about(var, region) : var->slot->base != base)
                continue;
            object->parts = var->parts;
            if (is_heap || object->name)
                continue;
            object->name = var->name;
            object->file = var->file;
            object->line = var->line;
        }
}

void mpg__vars_start(void)
{
    mpg__services.composed = tell_composed;
    mpg__services.object = tell_object;
}

/* Checking, when all units are known. */

struct row {
    const struct mpg_abi_var *var;
    const struct mpg_abi_unit *unit;
};

static int by_slot(const void *a, const void *b)
{
    const struct row *x = a, *y = b;
    if (x->var->slot != y->var->slot)
        return x->var->slot < y->var->slot ? -1 : 1;
    /* Those with a pragma meet each other. */
    return is_implicit(x->var) - is_implicit(y->var);
}

static const char *grain_words(const struct mpg_abi_var *var, char *text,
                               size_t bytes)
{
    switch (var->grain) {
    case MPG_GRAIN_WHOLE:
        return "granularity(whole)";
    case MPG_GRAIN_PAGE:
        return "granularity(page)";
    case MPG_GRAIN_ELEMENT:
        mpg__format(text, bytes, "granularity(element, %llu)",
                    (unsigned long long)var->count);
        return text;
    case MPG_GRAIN_BYTES:
        mpg__format(text, bytes, "granularity(%llu)",
                    (unsigned long long)var->count);
        return text;
    default:
        return "no granularity";
    }
}

static void compare(const struct row *a, const struct row *b)
{
    char one[64], other[64];
    bool is_any_implicit = is_implicit(a->var) || is_implicit(b->var);
    /* Code of an implicit one takes any granularity that leaves the variable
     * contiguous. */
    bool is_granularity_free =
        is_any_implicit && (a->var->flags & b->var->flags & MPG_VAR_CONTIGUOUS);
    if (!is_granularity_free &&
        (a->var->grain != b->var->grain || a->var->count != b->var->count))
        mpg__fatal("'%s' is shared with %s at %s:%u (in %s) and with %s at "
                   "%s:%u (in %s): give it one granularity, best in a header",
                   a->var->name, grain_words(a->var, one, sizeof one),
                   a->var->file, a->var->line, a->unit->source,
                   grain_words(b->var, other, sizeof other), b->var->file,
                   b->var->line, b->unit->source);
    bool sizes_differ =
        a->var->size && b->var->size && a->var->size != b->var->size;
    if (sizes_differ || (a->var->unit != b->var->unit && !is_any_implicit) ||
        a->var->element != b->var->element)
        mpg__fatal("'%s' is declared with different types at %s:%u (in %s: "
                   "%llu bytes, elements of %llu) and at %s:%u (in %s: %llu "
                   "bytes, elements of %llu)",
                   a->var->name, a->var->file, a->var->line, a->unit->source,
                   (unsigned long long)a->var->size,
                   (unsigned long long)a->var->element, b->var->file,
                   b->var->line, b->unit->source,
                   (unsigned long long)b->var->size,
                   (unsigned long long)b->var->element);
}

bool mpg__vars_have(const char *name, size_t length)
{
    for (struct mpg_abi_unit *unit = units; unit; unit = unit->next)
        for (uint32_t i = 0; i < unit->vars_count; i++)
            if (strlen(unit->vars[i].name) == length &&
                !memcmp(unit->vars[i].name, name, length))
                return true;
    return false;
}

bool mpg__vars_have_heap_row(const char *name)
{
    for (struct mpg_abi_unit *unit = units; unit; unit = unit->next)
        for (uint32_t i = 0; i < unit->vars_count; i++)
            if ((unit->vars[i].flags & MPG_VAR_HEAP) &&
                !strcmp(unit->vars[i].name, name))
                return true;
    return false;
}

static bool is_alike(const struct mpg_abi_var *a, const struct mpg_abi_var *b)
{
    return !((a->flags | b->flags) & MPG_VAR_CONTIGUOUS) &&
           a->grain == b->grain && a->count == b->count && a->unit == b->unit &&
           a->element == b->element;
}

/* Pointers of one granularity may be assigned to each other, and arrays of it
 * passed to them; the compiler has seen to it.  An override of one of them
 * alone would make the same address mean two places. */
static void check_override_of_pair(const struct mpg_abi_var *var,
                                   const struct mpg_abi_var *pointer)
{
    if (!is_alike(var, pointer) || var->slot->magic == pointer->slot->magic)
        return;
    mpg__fatal("MILLIPAGE_GRANULARITY: '%s' (%s:%u) and '%s' (%s:%u) have one "
               "granularity in the program and may stand for each other: "
               "override both alike",
               var->name, var->file, var->line, pointer->name, pointer->file,
               pointer->line);
}

static void check_overrides(const struct row *rows, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        for (uint32_t k = 0; k < count; k++)
            if (rows[k].var->flags & MPG_VAR_HEAP)
                check_override_of_pair(rows[i].var, rows[k].var);
}

static uint64_t mix(uint64_t hash, uint64_t value)
{
    return (hash ^ value) * UINT64_C(0x9e3779b97f4a7c15) + (hash >> 29);
}

uint64_t mpg__vars_check(void)
{
    uint32_t count = 0, at = 0;
    for (struct mpg_abi_unit *unit = units; unit; unit = unit->next)
        count += unit->vars_count;
    struct row *rows = malloc((count + 1) * sizeof *rows);
    if (!rows)
        mpg__fatal("no memory for %u shared variables: %m", count);
    for (struct mpg_abi_unit *unit = units; unit; unit = unit->next)
        for (uint32_t i = 0; i < unit->vars_count; i++)
            rows[at++] = (struct row){&unit->vars[i], unit};
    qsort(rows, count, sizeof *rows, by_slot);
    for (uint32_t i = 1; i < count; i++)
        if (rows[i].var->slot == rows[i - 1].var->slot)
            compare(&rows[i - 1], &rows[i]);
    each_missing(refuse_missing);
    mpg__grain_check_names();
    if (*mpg__config.granularity)
        check_overrides(rows, count);
    free(rows);
    uint64_t hash = 1;
    for (uint32_t i = 0; i < mpg__region_count(); i++) {
        const struct mpg__layout *layout = &mpg__region_get(i)->layout;
        hash = mix(mix(hash, layout->offset), layout->slot_bytes);
        hash = mix(mix(hash, layout->slots), layout->views);
    }
    return hash;
}

/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * The heap as programs see it: mpg_malloc and friends, the allocations of
 * annotated pointers, and the C library's free and realloc, which take
 * pointers of either kind.
 */
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "heap.h"

#include "alloc.h"
#include "base/config.h"
#include "base/fatal.h"
#include "cache.h"
#include "engine/engine.h"
#include "millipage.h"

#define EXPORTED __attribute__((visibility("default")))

/* Sizes of single minipages: steps of 16 up to 1 KiB, then eight steps to each
 * power of two, then whole pages.  Few sizes mean few regions. */
static uint64_t size_class(uint64_t bytes, uint64_t align)
{
    uint64_t step = 16;
    if (bytes > MPG_PAGE)
        step = MPG_PAGE;
    else
        while (bytes > 64 * step)
            step *= 2;
    if (step < align)
        step = align;
    for (uint64_t large = UINT64_C(64) * MPG_PAGE; bytes > large; large *= 2)
        step *= 2;
    return ((bytes ? bytes : 1) + step - 1) / step * step;
}

static void start_if_first(void)
{
    if (!atomic_load(&mpg__engine_is_started))
        mpg__engine_start();
}

static void *allocate(const struct mpg__grain *grain, bool is_array,
                      uint64_t align, bool *is_fresh)
{
    struct mpg__outside before;
    start_if_first();
    mpg__enter(&before);
    void *got = mpg__run_allocate(grain, is_array, align, is_fresh);
    mpg__leave(&before);
    if (!got)
        errno = ENOMEM;
    return got;
}

/* Of which further ones share pages, as soon as there are many (alloc.c): where
 * a page has room for four of them at least. */
#define PACKED_MAX (MPG_PAGE / 4)

/* Minipages of their own come first: there may be some again. */
static void *take_kept(uint64_t own_bytes, uint64_t packed_bytes,
                       bool *is_fresh)
{
    void *kept = mpg__cache_take(own_bytes, false, is_fresh);
    return kept || !packed_bytes
               ? kept
               : mpg__cache_take(packed_bytes, true, is_fresh);
}

static void *allocate_single(uint64_t bytes, uint64_t align, bool may_pack,
                             bool *is_fresh)
{
    struct mpg__grain grain = {size_class(bytes, align), 1, 1};
    bool may_keep = align <= MPG_CACHE_ALIGN;
    uint64_t packed_bytes =
        may_pack && grain.slot_bytes <= PACKED_MAX ? grain.slot_bytes : 0;
    void *kept =
        may_keep ? take_kept(grain.slot_bytes, packed_bytes, is_fresh) : NULL;
    if (kept)
        return kept;
    if (grain.slot_bytes > MPG_SLOT_BYTES_MAX) {
        errno = ENOMEM;
        return NULL;
    }
    /* A minipage of less than a page may be in any view; of what views there
     * are, that is. */
    if (mpg__views_for(grain.slot_bytes, MPG_SLOTS_MAX) > mpg__vm.views_max)
        grain.slot_bytes = MPG_PAGE;
    start_if_first();
    /* A signal's handler may have them before we do. */
    if (may_keep && mpg__cache_fill(grain.slot_bytes, packed_bytes))
        kept = take_kept(grain.slot_bytes, packed_bytes, is_fresh);
    return kept ? kept : allocate(&grain, false, align, is_fresh);
}

void *mpg__heap_allocate(uint64_t bytes, uint64_t align, bool *is_fresh)
{
    if (bytes <= MPG_PAGE && align <= MPG_PAGE)
        return allocate_single(bytes, align, mpg__config.pack, is_fresh);
    /* Beyond a page, alignment is a matter of which page is the first. */
    uint64_t extra = align > MPG_PAGE ? align : 0;
    if (bytes > mpg__vm.bytes || extra > mpg__vm.bytes) {
        errno = ENOMEM;
        return NULL;
    }
    uint64_t slots = (bytes + extra + MPG_PAGE - 1) / MPG_PAGE;
    struct mpg__grain grain = {MPG_PAGE, (uint32_t)slots, 1};
    char *got = allocate(&grain, true, extra ? MPG_PAGE : align, is_fresh);
    if (got && extra) {
        struct mpg__outside before;
        mpg__enter(&before);
        got = mpg__run_align(got, extra);
        mpg__leave(&before);
    }
    return got;
}

EXPORTED void *mpg_malloc(size_t bytes)
{
    bool is_fresh;
    return allocate_single(bytes, 16, false, &is_fresh);
}

EXPORTED void *mpg_malloc_grain(size_t bytes, size_t grain_bytes)
{
    bool is_fresh;
    if (!grain_bytes || grain_bytes % MPG_PAGE ||
        grain_bytes > MPG_SLOT_BYTES_MAX) {
        errno = EINVAL;
        return NULL;
    }
    uint64_t slots = (bytes + grain_bytes - 1) / grain_bytes;
    if (slots > MPG_SLOTS_MAX || bytes > mpg__vm.bytes) {
        errno = ENOMEM;
        return NULL;
    }
    struct mpg__grain grain = {grain_bytes, slots ? (uint32_t)slots : 1, 1};
    return allocate(&grain, true, 16, &is_fresh);
}

/* Annotated pointers. */

static void *allocate_for(const struct mpg_abi_var *var, uint64_t bytes,
                          uint64_t align, bool *is_fresh)
{
    if (bytes > mpg__vm.bytes) {
        errno = ENOMEM;
        return NULL;
    }
    struct mpg__grain grain = mpg__grain_of(var, bytes);
    bool is_contiguous = var->flags & MPG_VAR_CONTIGUOUS;
    if (grain.slots == 1 && is_contiguous)
        return allocate_single(bytes, align, false, is_fresh);
    return allocate(&grain, true, align, is_fresh);
}

EXPORTED void *mpg__malloc(const struct mpg_abi_var *var, size_t bytes)
{
    bool is_fresh;
    return allocate_for(var, bytes, 16, &is_fresh);
}

EXPORTED void *mpg__aligned_alloc(const struct mpg_abi_var *var, size_t align,
                                  size_t bytes)
{
    bool is_fresh;
    if (!align || align & (align - 1) || align > MPG_PAGE) {
        errno = EINVAL;
        return NULL;
    }
    return allocate_for(var, bytes, align < 16 ? 16 : align, &is_fresh);
}

/* The minipages of a run, one after the other, each with its address. */
static void each_minipage(char *start, uint64_t bytes,
                          void (*each)(char *at, uint64_t bytes, void *),
                          void *context)
{
    uint32_t number, slot;
    if (mpg__region_find(start, &number, &slot) != MPG_FOUND)
        return;
    const struct mpg__region *region = mpg__region_get(number);
    for (; bytes; slot++) {
        uint64_t some = region->layout.slot_bytes;
        if (some > bytes)
            some = bytes;
        each(mpg__slot_address(region, slot), some, context);
        bytes -= some;
    }
}

static void clear(char *at, uint64_t bytes, void *context)
{
    (void)context;
    memset(at, 0, bytes);
}

EXPORTED void *mpg__calloc(const struct mpg_abi_var *var, size_t count,
                           size_t bytes)
{
    bool is_fresh;
    size_t total;
    if (__builtin_mul_overflow(count, bytes, &total)) {
        errno = ENOMEM;
        return NULL;
    }
    char *got = allocate_for(var, total, 16, &is_fresh);
    if (got && !is_fresh)
        each_minipage(got, total, clear, NULL);
    return got;
}

/* Both runs have minipages of one size, so the n-th bytes of one go where the
 * n-th of the other are.  Else one is a single object, and both contiguous. */
struct copying {
    const struct mpg__region *from;
    uint32_t slot;
};

static void copy_one(char *at, uint64_t bytes, void *context)
{
    struct copying *copying = context;
    memcpy(at, mpg__slot_address(copying->from, copying->slot++), bytes);
}

static void copy_run(char *to, const char *from, uint64_t bytes)
{
    struct copying copying;
    uint32_t to_region, from_region, slot;
    if (mpg__region_find(from, &from_region, &copying.slot) != MPG_FOUND ||
        mpg__region_find(to, &to_region, &slot) != MPG_FOUND)
        return;
    copying.from = mpg__region_get(from_region);
    const struct mpg__layout *of = &copying.from->layout;
    const struct mpg__layout *with = &mpg__region_get(to_region)->layout;
    if (of->slot_bytes == with->slot_bytes && !of->cell_bytes &&
        !with->cell_bytes)
        each_minipage(to, bytes, copy_one, &copying);
    else
        memcpy(to, from, bytes);
}

static void free_shared(void *pointer)
{
    struct mpg__outside before;
    if (mpg__cache_free(pointer))
        return;
    mpg__enter(&before);
    mpg__run_free(pointer);
    mpg__leave(&before);
}

uint64_t mpg__heap_bytes(const void *pointer)
{
    struct mpg__outside before;
    mpg__enter(&before);
    uint64_t bytes = mpg__run_bytes(pointer);
    mpg__leave(&before);
    if (!bytes)
        mpg__fatal("realloc of %p, which lies in shared memory where no "
                   "allocation begins",
                   pointer);
    return bytes;
}

EXPORTED void *mpg__realloc(const struct mpg_abi_var *var, void *old,
                            size_t bytes)
{
    if (!old)
        return mpg__malloc(var, bytes);
    if (!mpg__vm_is_shared(old))
        mpg__fatal("'%s' (%s:%u): realloc of %p, which is not shared memory: "
                   "allocate it through the pointer in the first place",
                   var->name, var->file, var->line, old);
    uint64_t had = mpg__heap_bytes(old);
    if (bytes && bytes <= had && had / 2 <= bytes)
        return old;
    char *got = mpg__malloc(var, bytes);
    if (!got)
        return NULL;
    copy_run(got, old, had < bytes ? had : bytes);
    free_shared(old);
    return got;
}

EXPORTED void mpg_free(void *pointer)
{
    if (!pointer)
        return;
    if (!mpg__vm_is_shared(pointer))
        mpg__fatal("mpg_free of %p, which is not shared memory", pointer);
    free_shared(pointer);
}

/* The C library's. */

/* The next definition behind ours.  dlsym itself may free: what it frees then
 * is left alone, a few bytes once. */
static void *next_symbol(const char *name, void **known)
{
    static __thread bool is_searching;
    if (!*known && !is_searching) {
        is_searching = true;
        *known = dlsym(RTLD_NEXT, name);
        is_searching = false;
    }
    return *known;
}

EXPORTED void free(void *pointer)
{
    static void *real;
    if (pointer && mpg__vm_is_shared(pointer)) {
        free_shared(pointer);
        return;
    }
    void (*next)(void *) = (void (*)(void *))next_symbol("free", &real);
    if (next)
        next(pointer);
}

/* Without its annotated pointer at hand an allocation keeps the kind of
 * minipages that it has. */
static void *allocate_alike(const void *pointer, uint64_t had, uint64_t bytes)
{
    uint32_t number, slot;
    bool is_fresh;
    if (mpg__region_find(pointer, &number, &slot) != MPG_FOUND)
        return NULL;
    const struct mpg__layout *layout = &mpg__region_get(number)->layout;
    if (layout->cell_bytes)
        return mpg__heap_allocate(bytes, 16, &is_fresh);
    uint64_t slots = (bytes + layout->slot_bytes - 1) / layout->slot_bytes;
    struct mpg__grain grain = {layout->slot_bytes, (uint32_t)slots,
                               layout->views};
    return had == layout->slot_bytes && slots > 1
               ? allocate_single(bytes, 16, false, &is_fresh)
               : allocate(&grain, slots > 1, 16, &is_fresh);
}

EXPORTED void *realloc(void *pointer, size_t bytes)
{
    static void *real;
    if (!pointer || !mpg__vm_is_shared(pointer)) {
        void *(*next)(void *, size_t) =
            (void *(*)(void *, size_t))next_symbol("realloc", &real);
        return next(pointer, bytes);
    }
    uint64_t had = mpg__heap_bytes(pointer);
    if (bytes && bytes <= had)
        return pointer;
    void *got = allocate_alike(pointer, had, bytes);
    if (!got)
        return NULL;
    copy_run(got, pointer, had < bytes ? had : bytes);
    free_shared(pointer);
    return got;
}

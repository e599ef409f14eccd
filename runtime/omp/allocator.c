/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * OpenMP's allocators, of which there is one kind of memory: the shared heap.
 *
 * The predefined ones are numbers and have no traits but the usual ones.  Those
 * that a program makes are objects in shared memory, so that their handles, the
 * addresses, are good on all hosts, and a pool is one for all of them.  What is
 * allocated here begins behind a few words that say what to free, and which
 * pool it is of: omp_free need not be told.
 */
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/fatal.h"
#include "board.h"
#include "heap.h"
#include "millipage.h"
#include "omp.h"
#include "team.h"

#define ALIGN_USUAL     16u
#define PREDEFINED_LAST omp_thread_mem_alloc

struct allocator {
    uint64_t align;
    uint64_t pool;         /* bytes at most */
    _Atomic uint64_t used; /* of them */
    omp_alloctrait_value_t fallback;
    omp_allocator_handle_t next; /* with omp_atv_allocator_fb */
};

/* In front of an allocation. */
struct block {
    void *start; /* of the heap's */
    struct allocator *from;
    uint64_t bytes, pooled;
};

/* NULL: a predefined one. */
static struct allocator *object_of(omp_allocator_handle_t handle)
{
    return handle <= PREDEFINED_LAST ? NULL : (struct allocator *)handle;
}

/* Making them. */

static bool is_power_of_two(uint64_t n)
{
    return n && !(n & (n - 1));
}

static bool take_trait(struct allocator *allocator,
                       const omp_alloctrait_t *trait)
{
    switch (trait->key) {
    case omp_atk_alignment:
        allocator->align = trait->value;
        return is_power_of_two(trait->value);
    case omp_atk_pool_size:
        allocator->pool = trait->value;
        return trait->value > 0;
    case omp_atk_fallback:
        allocator->fallback = (omp_alloctrait_value_t)trait->value;
        return trait->value >= omp_atv_default_mem_fb &&
               trait->value <= omp_atv_allocator_fb;
    case omp_atk_fb_data:
        allocator->next = trait->value;
        return true;
    case omp_atk_sync_hint:
    case omp_atk_access: /* All of it is shared. */
    case omp_atk_pinned:
    case omp_atk_partition:
        return true;
    default:
        return false;
    }
}

EXPORTED omp_allocator_handle_t omp_init_allocator(omp_memspace_handle_t space,
                                                   int count,
                                                   const omp_alloctrait_t *list)
{
    struct allocator traits = {.align = 1,
                               .pool = UINT64_MAX,
                               .fallback = omp_atv_default_mem_fb,
                               .next = omp_null_allocator};
    (void)space;
    for (int i = 0; i < count; i++)
        if (list[i].value != omp_atv_default && !take_trait(&traits, &list[i]))
            return omp_null_allocator;
    if (traits.fallback == omp_atv_allocator_fb && !traits.next)
        return omp_null_allocator;
    struct allocator *made = mpg__board_make(sizeof *made, "an allocator");
    *made = traits;
    return (omp_allocator_handle_t)made;
}

EXPORTED void omp_destroy_allocator(omp_allocator_handle_t handle)
{
    if (object_of(handle))
        mpg_free(object_of(handle));
}

EXPORTED void omp_set_default_allocator(omp_allocator_handle_t handle)
{
    if (handle)
        mpg__frame_now()->icv.allocator = handle;
}

EXPORTED omp_allocator_handle_t omp_get_default_allocator(void)
{
    return mpg__frame_now()->icv.allocator;
}

/* Allocating. */

static bool enter_pool(struct allocator *allocator, uint64_t bytes)
{
    if (atomic_fetch_add(&allocator->used, bytes) + bytes <= allocator->pool)
        return true;
    atomic_fetch_sub(&allocator->used, bytes);
    return false;
}

static void leave_pool(struct allocator *allocator, uint64_t bytes)
{
    if (bytes)
        atomic_fetch_sub(&allocator->used, bytes);
}

/* Or NULL: there is no memory, or not in the pool. */
static void *allocate_from(struct allocator *allocator, uint64_t align,
                           uint64_t bytes)
{
    uint64_t total, front = (sizeof(struct block) + align - 1) & ~(align - 1);
    if (__builtin_add_overflow(bytes, front, &total))
        return NULL;
    uint64_t pooled = allocator && allocator->pool < UINT64_MAX ? bytes : 0;
    if (pooled && !enter_pool(allocator, pooled))
        return NULL;
    char *start = mpg__omp_memalign(align, total);
    if (!start) {
        leave_pool(allocator, pooled);
        return NULL;
    }
    struct block *block = (struct block *)(start + front) - 1;
    *block = (struct block){start, allocator, bytes, pooled};
    return block + 1;
}

static void *allocate(uint64_t align, uint64_t bytes,
                      omp_allocator_handle_t handle)
{
    handle = handle ? handle : omp_get_default_allocator();
    for (;;) {
        struct allocator *allocator = object_of(handle);
        uint64_t wanted = align > ALIGN_USUAL ? align : ALIGN_USUAL;
        if (allocator && allocator->align > wanted)
            wanted = allocator->align;
        void *got = allocate_from(allocator, wanted, bytes);
        if (got || !allocator || allocator->fallback == omp_atv_null_fb)
            return got;
        if (allocator->fallback == omp_atv_abort_fb)
            mpg__fatal(
                "omp_alloc of %llu bytes: the allocator has %llu of %llu "
                "in use, and its fallback is omp_atv_abort_fb",
                (unsigned long long)bytes,
                (unsigned long long)atomic_load(&allocator->used),
                (unsigned long long)allocator->pool);
        handle = allocator->fallback == omp_atv_allocator_fb
                     ? allocator->next
                     : omp_default_mem_alloc;
    }
}

static void *allocate_zeros(uint64_t align, uint64_t count, uint64_t bytes,
                            omp_allocator_handle_t handle)
{
    uint64_t total;
    if (__builtin_mul_overflow(count, bytes, &total) || !total)
        return NULL;
    void *got = allocate(align, total, handle);
    return got ? memset(got, 0, total) : NULL;
}

EXPORTED void *omp_alloc(size_t bytes, omp_allocator_handle_t handle)
{
    return bytes ? allocate(1, bytes, handle) : NULL;
}

EXPORTED void *omp_aligned_alloc(size_t align, size_t bytes,
                                 omp_allocator_handle_t handle)
{
    return bytes && is_power_of_two(align) ? allocate(align, bytes, handle)
                                           : NULL;
}

EXPORTED void *omp_calloc(size_t count, size_t bytes,
                          omp_allocator_handle_t handle)
{
    return allocate_zeros(1, count, bytes, handle);
}

EXPORTED void *omp_aligned_calloc(size_t align, size_t count, size_t bytes,
                                  omp_allocator_handle_t handle)
{
    return is_power_of_two(align) ? allocate_zeros(align, count, bytes, handle)
                                  : NULL;
}

EXPORTED void omp_free(void *pointer, omp_allocator_handle_t handle)
{
    (void)handle;
    if (!pointer)
        return;
    struct block *block = (struct block *)pointer - 1;
    leave_pool(block->from, block->pooled);
    free(block->start);
}

EXPORTED void *omp_realloc(void *old, size_t bytes,
                           omp_allocator_handle_t handle,
                           omp_allocator_handle_t old_handle)
{
    if (!bytes) {
        omp_free(old, old_handle);
        return NULL;
    }
    if (!old)
        return allocate(1, bytes, handle);
    const struct block *block = (const struct block *)old - 1;
    if (!handle)
        handle = block->from ? (omp_allocator_handle_t)block->from
                             : omp_default_mem_alloc;
    void *got = allocate(1, bytes, handle);
    if (!got)
        return NULL;
    memcpy(got, old, block->bytes < bytes ? block->bytes : bytes);
    omp_free(old, old_handle);
    return got;
}

/* What compiled code calls, for `allocate` clauses and directives, depobj and
 * `uses_allocators`. */

EXPORTED void *__kmpc_alloc(int gtid, size_t bytes, void *handle)
{
    (void)gtid;
    void *got = omp_alloc(bytes ? bytes : 1, (omp_allocator_handle_t)handle);
    return got;
}

EXPORTED void *__kmpc_aligned_alloc(int gtid, size_t align, size_t bytes,
                                    void *handle)
{
    (void)gtid;
    return omp_aligned_alloc(align, bytes ? bytes : 1,
                             (omp_allocator_handle_t)handle);
}

EXPORTED void __kmpc_free(int gtid, void *pointer, void *handle)
{
    (void)gtid;
    omp_free(pointer, (omp_allocator_handle_t)handle);
}

EXPORTED void *__kmpc_init_allocator(int gtid, void *space, int count,
                                     const omp_alloctrait_t *traits)
{
    (void)gtid, (void)space;
    return (void *)omp_init_allocator(omp_default_mem_space, count, traits);
}

EXPORTED void __kmpc_destroy_allocator(int gtid, void *handle)
{
    (void)gtid;
    omp_destroy_allocator((omp_allocator_handle_t)handle);
}

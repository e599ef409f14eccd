/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * The shared heap of OpenMP units.  An allocation of at most a page is one
 * minipage, so that two of them never share one falsely, until there are many
 * small ones: what a program goes through by the thousand is as fast as its
 * pages are few (api/alloc.c).  A larger one is contiguous and moves page by
 * page.
 */
#include "heap.h"

#include <errno.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include "api/heap.h"
#include "base/fatal.h"
#include "vm/vm.h"

#define EXPORTED    __attribute__((visibility("default")))
#define ALIGN_USUAL 16u

EXPORTED void *mpg__omp_malloc(size_t bytes)
{
    bool is_fresh;
    return mpg__heap_allocate(bytes, ALIGN_USUAL, &is_fresh);
}

EXPORTED void *mpg__omp_calloc(size_t count, size_t bytes)
{
    bool is_fresh;
    size_t total;
    if (__builtin_mul_overflow(count, bytes, &total)) {
        errno = ENOMEM;
        return NULL;
    }
    char *got = mpg__heap_allocate(total, ALIGN_USUAL, &is_fresh);
    if (got && !is_fresh)
        memset(got, 0, total);
    return got;
}

static size_t bytes_of(void *pointer)
{
    return mpg__vm_is_shared(pointer) ? mpg__heap_bytes(pointer)
                                      : malloc_usable_size(pointer);
}

EXPORTED void *mpg__omp_realloc(void *old, size_t bytes)
{
    if (!old)
        return mpg__omp_malloc(bytes);
    if (!bytes) { /* As glibc has it. */
        free(old);
        return NULL;
    }
    size_t had = bytes_of(old);
    if (mpg__vm_is_shared(old) && bytes <= had && had / 2 <= bytes)
        return old;
    /* One that grows is likely to grow again: leave room, so that appending
     * does not copy each time. */
    size_t room = bytes > had && had ? bytes + bytes / 8 : bytes;
    void *got = mpg__omp_malloc(room);
    if (!got)
        return NULL;
    memcpy(got, old, had < bytes ? had : bytes);
    free(old);
    return got;
}

EXPORTED void *mpg__omp_reallocarray(void *old, size_t count, size_t bytes)
{
    size_t total;
    if (__builtin_mul_overflow(count, bytes, &total)) {
        errno = ENOMEM;
        return NULL;
    }
    return mpg__omp_realloc(old, total);
}

static bool is_power_of_two(size_t n)
{
    return n && !(n & (n - 1));
}

EXPORTED void *mpg__omp_memalign(size_t align, size_t bytes)
{
    bool is_fresh;
    size_t power = ALIGN_USUAL;
    while (power < align && power <= SIZE_MAX / 2)
        power *= 2;
    if (power < align) {
        errno = EINVAL;
        return NULL;
    }
    return mpg__heap_allocate(bytes, power, &is_fresh);
}

EXPORTED void *mpg__omp_aligned_alloc(size_t align, size_t bytes)
{
    if (!is_power_of_two(align)) {
        errno = EINVAL;
        return NULL;
    }
    return mpg__omp_memalign(align, bytes);
}

EXPORTED int mpg__omp_posix_memalign(void **pointer, size_t align, size_t bytes)
{
    if (!is_power_of_two(align) || align % sizeof(void *))
        return EINVAL;
    int before = errno;
    void *got = mpg__omp_memalign(align, bytes);
    errno = before;
    if (!got)
        return ENOMEM;
    *pointer = got;
    return 0;
}

EXPORTED void *mpg__omp_valloc(size_t bytes)
{
    return mpg__omp_memalign(MPG_PAGE, bytes);
}

EXPORTED void *mpg__omp_pvalloc(size_t bytes)
{
    return mpg__omp_memalign(MPG_PAGE,
                             (bytes + MPG_PAGE - 1) & ~(size_t)(MPG_PAGE - 1));
}

/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Bytes of other hosts, on their way into the memory object.
 *
 * A page that the object does not have yet is made by the first touch: an
 * exception, a page of zeros, an entry, 2 us in all, before 4096 bytes are
 * copied in a tenth of that.  Written into the object through its descriptor,
 * many at a time, they take half of it.  The privileged view has no entry then,
 * and the kernel makes those of several pages when one of them is wanted.
 *
 * So there are two bits for each page.  They are guesses, and only speed hangs
 * on them: of a page that the program has made itself nothing is known, and
 * writing to that through the descriptor is right, and a microsecond slower,
 * once.
 */
#include <limits.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/zeros.h"
#include "vm.h"

#define NEW_MIN 2u  /* pages: for one, the exception is not worse */
#define AROUND  16u /* pages that get an entry together, aligned */

/* A bit for each page of the object. */
static uint64_t *touched; /* bytes have come for it before */
static uint64_t *entered; /* and the privileged view has probably an entry */

static bool is_set(const uint64_t *bits, uint64_t page)
{
    return bits[page / 64] >> page % 64 & 1;
}

static void set(uint64_t *bits, uint64_t first, uint64_t end)
{
    for (uint64_t page = first; page < end; page++)
        bits[page / 64] |= UINT64_C(1) << page % 64;
}

/* Bytes in the object, and the pages in which they lie. */
struct extent {
    uint64_t at, bytes;
};

static uint64_t first_page(const struct extent *extent)
{
    return extent->at / MPG_PAGE;
}

static uint64_t end_page(const struct extent *extent)
{
    return (extent->at + extent->bytes + MPG_PAGE - 1) / MPG_PAGE;
}

static bool is_new(const struct extent *extent)
{
    uint64_t end = end_page(extent);
    for (uint64_t page = first_page(extent); page < end; page++)
        if (is_set(touched, page))
            return false;
    return true;
}

/* More than the limit of files would be a signal that ends the program, and it
 * may have set one since the object was made. */
static bool may_write(uint64_t end)
{
    struct rlimit limit;
    return !getrlimit(RLIMIT_FSIZE, &limit) && limit.rlim_cur >= end;
}

/* False when it is to be copied: it is little, or was not written as a whole.
 */
static bool write_object(const struct extent *to, const struct iovec *parts,
                         unsigned count)
{
    return end_page(to) - first_page(to) >= NEW_MIN &&
           may_write(to->at + to->bytes) &&
           pwritev(mpg__vm.object, parts, (int)count, (off_t)to->at) ==
               (ssize_t)to->bytes;
}

/* Reading makes the entries of pages around it, writing would only make its
 * own. */
static void enter(uint64_t page)
{
    uint64_t first = page / AROUND * AROUND;
    if (is_set(entered, page))
        return;
    (void)*(volatile char *)(mpg__vm.privileged + page * MPG_PAGE);
    set(entered, first, first + AROUND);
}

static void enter_all(const struct extent *extent)
{
    uint64_t end = end_page(extent);
    for (uint64_t page = first_page(extent); page < end; page++)
        enter(page);
    set(touched, first_page(extent), end);
}

static void copy(const struct extent *extent, const struct iovec *parts,
                 unsigned count)
{
    char *to = mpg__vm.privileged + extent->at;
    enter_all(extent);
    for (unsigned i = 0; i < count; i++) {
        memcpy(to, parts[i].iov_base, parts[i].iov_len);
        to += parts[i].iov_len;
    }
}

bool mpg__vm_is_hole(const char *to, size_t bytes)
{
    struct extent extent = {(uint64_t)(to - mpg__vm.privileged), bytes};
    if (is_new(&extent))
        return true;
    enter_all(&extent);
    return false;
}

void mpg__vm_store(char *to, const struct iovec *parts, unsigned count)
{
    struct extent extent = {(uint64_t)(to - mpg__vm.privileged), 0};
    for (unsigned i = 0; i < count; i++)
        extent.bytes += parts[i].iov_len;
    if (!write_object(&extent, parts, count))
        copy(&extent, parts, count);
    set(touched, first_page(&extent), end_page(&extent));
}

void mpg__vm_make(const char *place, size_t bytes)
{
    struct extent extent = {(uint64_t)(place - mpg__vm.privileged), bytes};
    enter_all(&extent);
}

static uint64_t *zeros(uint64_t pages)
{
    /* A group around the last page, too, has its bits. */
    uint64_t bytes = (pages + AROUND + 63) / 64 * sizeof(uint64_t);
    return mpg__zeros("a bit for each page", bytes);
}

void mpg__vm_store_start(void)
{
    touched = zeros(mpg__vm.bytes / MPG_PAGE);
    entered = zeros(mpg__vm.bytes / MPG_PAGE);
}

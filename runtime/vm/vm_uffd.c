/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Protection in page-table entries, by userfaultfd: a vpage is closed when it
 * has no entry, readable when its entry has the write-protect bit, writable
 * when it has not.  Neighbours in different states share one mapping, so a
 * million minipages cost no mapping more than one.
 *
 * A view is registered for three kinds of fault.  MINOR: no entry, but the
 * object has the page.  WP: a write to a write-protected entry.  MISSING: no
 * entry, and the object has a hole there; without it the kernel would fill the
 * hole by itself and let the access through.  With UFFD_FEATURE_SIGBUS the
 * faulting thread gets a signal and resolves the fault itself, which saves two
 * switches to a reader thread.
 *
 * UFFDIO_CONTINUE makes the entry from the object's page.  At a hole it says
 * EFAULT, and UFFDIO_COPY makes page and entry at once, of all pages up to the
 * next one that is there.
 */
#include "vm.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/fatal.h"

#ifndef UFFD_USER_MODE_ONLY
#define UFFD_USER_MODE_ONLY 1
#endif
#ifndef UFFDIO_CONTINUE_MODE_WP
#define UFFDIO_CONTINUE_MODE_WP (UINT64_C(1) << 1)
#endif
#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif
#ifndef UFFD_FEATURE_WP_HUGETLBFS_SHMEM
#define UFFD_FEATURE_WP_HUGETLBFS_SHMEM (1 << 12)
#endif

static int uffd = -1;

#define HOLE_MAX 64u /* pages that are made in one call */

/* Makes pages that the object does not have yet, and their entries; how many
 * bytes of them, which is none when it has the first by now.  (Touching them
 * through the privileged view would make them too, at the price of a second
 * page fault for each.) */
static size_t fill_hole(char *start, size_t bytes, uint64_t mode)
{
    static char zeros[HOLE_MAX * MPG_PAGE]; /* const, it would be in the file */
    struct uffdio_copy request = {
        .dst = (uintptr_t)start,
        .src = (uintptr_t)zeros,
        .len = bytes < sizeof zeros ? bytes : sizeof zeros,
        .mode = mode & UFFDIO_CONTINUE_MODE_WP ? UFFDIO_COPY_MODE_WP : 0};
    while (ioctl(uffd, UFFDIO_COPY, &request)) {
        if (request.copy > 0) /* The hole ends there. */
            break;
        if (errno == EEXIST)
            return 0;
        if (errno != EAGAIN)
            mpg__fatal("userfaultfd cannot fill the page at %p: %m (out of "
                       "memory?)",
                       (void *)start);
    }
    return (size_t)request.copy;
}

static void make_entries(char *start, size_t bytes, uint64_t mode)
{
    while (bytes) {
        struct uffdio_continue request = {.range = {(uintptr_t)start, bytes},
                                          .mode = mode};
        size_t done = 0;
        if (!ioctl(uffd, UFFDIO_CONTINUE, &request))
            return;
        /* A large range may be done in pieces; one ends where a hole begins. */
        if (request.mapped > 0)
            done = (size_t)request.mapped;
        else if (errno == EFAULT)
            done = fill_hole(start, bytes, mode);
        else if (errno != EAGAIN)
            mpg__fatal("userfaultfd cannot open %zu bytes at %p: %m", bytes,
                       (void *)start);
        start += done;
        bytes -= done;
    }
}

static void write_protect(char *start, size_t bytes, uint64_t mode)
{
    struct uffdio_writeprotect request = {.range = {(uintptr_t)start, bytes},
                                          .mode = mode};
    while (ioctl(uffd, UFFDIO_WRITEPROTECT, &request))
        if (errno != EAGAIN)
            mpg__fatal("userfaultfd cannot change the protection of %zu bytes "
                       "at %p: %m",
                       bytes, (void *)start);
}

static void open_read(char *start, size_t bytes)
{
    make_entries(start, bytes, UFFDIO_CONTINUE_MODE_WP);
}

static void open_write(char *start, size_t bytes)
{
    make_entries(start, bytes, 0);
}

/* The kernel leaves the entries read-only and would have a fault for each make
 * them writable.  Doing that here costs one call, and where faults are dear
 * saves three quarters of an upgrade; kernels before 5.14 refuse, and fault. */
static void upgrade(char *start, size_t bytes)
{
    write_protect(start, bytes, 0);
    (void)madvise(start, bytes, MADV_POPULATE_WRITE);
}

static void protect(char *start, size_t bytes)
{
    write_protect(start, bytes, UFFDIO_WRITEPROTECT_MODE_WP);
}

static void close_pages(char *start, size_t bytes)
{
    if (mpg__vm_advise(start, bytes, MADV_DONTNEED))
        mpg__fatal("cannot take away %zu bytes at %p: %m", bytes,
                   (void *)start);
}

static int enlist(char *view, size_t bytes)
{
    struct uffdio_register request = {.range = {(uintptr_t)view, bytes},
                                      .mode = UFFDIO_REGISTER_MODE_MISSING |
                                              UFFDIO_REGISTER_MODE_MINOR |
                                              UFFDIO_REGISTER_MODE_WP};
    return ioctl(uffd, UFFDIO_REGISTER, &request);
}

static void adopt(char *view, size_t bytes)
{
    /* A closed page has no entry, so its mapping may allow everything; the
     * order matters: registered before it may be touched. */
    if (enlist(view, bytes))
        mpg__fatal("cannot register a view at %p with userfaultfd: %m",
                   (void *)view);
    if (mprotect(view, bytes, PROT_READ | PROT_WRITE))
        mpg__fatal("cannot open the view at %p: %m", (void *)view);
}

/* Why the kernel's userfaultfd is not enough, with what it has answered. */
static const char *refuse(const char *what)
{
    static char text[96];
    snprintf(text, sizeof text, "%s: %s", what, strerror(errno));
    return text;
}

/* Tries the calls that matter on one page: versions lie, experiments do not.
 * UFFDIO_CONTINUE_MODE_WP, say, came with Linux 6.4. */
static const char *experiment(void)
{
    const char *refusal = NULL;
    char *page = mmap(NULL, MPG_PAGE, PROT_READ | PROT_WRITE, MAP_SHARED,
                      mpg__vm.object, 0);
    char *view = mmap(NULL, MPG_PAGE, PROT_READ | PROT_WRITE, MAP_SHARED,
                      mpg__vm.object, 0);
    if (page == MAP_FAILED || view == MAP_FAILED)
        mpg__fatal("cannot map a page of the memory object: %m");
    (void)*(volatile char *)page; /* There is no hole now. */
    struct uffdio_continue request = {.range = {(uintptr_t)view, MPG_PAGE},
                                      .mode = UFFDIO_CONTINUE_MODE_WP};
    struct uffdio_writeprotect unprotect = {
        .range = {(uintptr_t)view, MPG_PAGE}, .mode = 0};
    if (enlist(view, MPG_PAGE))
        refusal = refuse("userfaultfd cannot register shared memory");
    else if (ioctl(uffd, UFFDIO_CONTINUE, &request))
        refusal = refuse("UFFDIO_CONTINUE with write protection (Linux 6.4)");
    else if (ioctl(uffd, UFFDIO_WRITEPROTECT, &unprotect))
        refusal = refuse("UFFDIO_WRITEPROTECT of shared memory");
    munmap(page, MPG_PAGE);
    munmap(view, MPG_PAGE);
    return refusal;
}

static const char *probe(void)
{
    uffd = (int)syscall(SYS_userfaultfd,
                        O_CLOEXEC | O_NONBLOCK | UFFD_USER_MODE_ONLY);
    if (uffd < 0)
        return refuse("userfaultfd is refused");
    struct uffdio_api api = {
        .api = UFFD_API,
        .features = UFFD_FEATURE_MINOR_SHMEM | UFFD_FEATURE_PAGEFAULT_FLAG_WP |
                    UFFD_FEATURE_WP_HUGETLBFS_SHMEM | UFFD_FEATURE_SIGBUS};
    const char *refusal =
        ioctl(uffd, UFFDIO_API, &api)
            ? refuse("userfaultfd lacks a feature (Linux 6.4 has all)")
            : experiment();
    if (refusal) {
        close(uffd);
        uffd = -1;
    }
    return refusal;
}

const struct mpg__vm_backend mpg__vm_uffd = {
    .name = "uffd",
    .signal = SIGBUS,
    .probe = probe,
    .adopt = adopt,
    .open_read = open_read,
    .open_write = open_write,
    .upgrade = upgrade,
    .protect = protect,
    .close = close_pages,
};

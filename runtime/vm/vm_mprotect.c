/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * The fallback: a vpage's state is the protection of its mapping, a refused
 * access is SIGSEGV.  Neighbours in different states are different mappings,
 * of which the kernel allows vm.max_map_count a process.
 */
#include "vm.h"

#include <errno.h>
#include <sys/mman.h>

#include "base/fatal.h"

static void set(char *start, size_t bytes, int protection)
{
    if (!mprotect(start, bytes, protection))
        return;
    if (errno == ENOMEM)
        mpg__fatal("the mprotect backend needs more mappings than "
                   "vm.max_map_count allows: use MILLIPAGE_VM=uffd or a "
                   "coarser granularity, or raise the limit with sysctl");
    mpg__fatal("mprotect of %zu bytes at %p: %m", bytes, (void *)start);
}

static const char *probe(void)
{
    return NULL;
}

static void adopt(char *view, size_t bytes)
{
    (void)view;
    (void)bytes; /* Mapped PROT_NONE: closed already. */
}

static void make_readable(char *start, size_t bytes)
{
    set(start, bytes, PROT_READ);
}

static void make_writable(char *start, size_t bytes)
{
    set(start, bytes, PROT_READ | PROT_WRITE);
}

static void make_closed(char *start, size_t bytes)
{
    set(start, bytes, PROT_NONE);
}

const struct mpg__vm_backend mpg__vm_mprotect = {
    .name = "mprotect",
    .signal = SIGSEGV,
    .probe = probe,
    .adopt = adopt,
    .open_read = make_readable,
    .open_write = make_writable,
    .upgrade = make_writable,
    .protect = make_readable,
    .close = make_closed,
};

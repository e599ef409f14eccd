/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Views of one memory object, and who may touch which of their pages.
 *
 * The object is a memfd.  The privileged view maps it readable and writable
 * for ever; each application view maps it whole again, at `stride` bytes from
 * the one before, with every page closed at first.  All of it lies in one
 * reserved range at the same addresses on every host:
 *
 *   base            + stride         + 2 stride             + (1 + max) stride
 *   | privileged    | view 0         | view 1       ...     |
 *
 * A page of a view (a vpage) is closed, readable or writable.  Two
 * implementations keep that: vm_uffd.c in page-table entries, vm_mprotect.c in
 * mappings.  Functions with `start, bytes` take whole pages inside one view,
 * all of them in the state named as pre.  They are async-signal-safe, do not
 * block, may be called from any thread (not for the same page at once), and
 * end the job when the kernel refuses, with a line that says why.
 */
#ifndef MPG_VM_VM_H
#define MPG_VM_VM_H

#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MPG_PAGE 4096u

/* Below the place of position-independent programs (0x55..), above ASan's
 * shadow, and room for 64 TiB of views. */
#ifndef MPG_VM_BASE /* The thread sanitizer has another idea of it. */
#define MPG_VM_BASE       ((char *)0x110000000000)
#define MPG_VM_VIEWS_SPAN (UINT64_C(1) << 46)
#endif
#define MPG_VM_VIEWS_MAX 4096u /* a byte a minipage */

struct mpg__vm_backend {
    const char *name;
    int signal; /* that a refused access raises */
    /* NULL when this kernel lets us use it, else why not.  The object is
     * made and not mapped yet. */
    const char *(*probe)(void);
    /* Makes a freshly mapped view closed. */
    void (*adopt)(char *view, size_t bytes);
    void (*open_read)(char *start, size_t bytes);  /* closed -> readable */
    void (*open_write)(char *start, size_t bytes); /* closed -> writable */
    void (*upgrade)(char *start, size_t bytes);    /* readable -> writable */
    void (*protect)(char *start, size_t bytes);    /* writable -> readable */
    void (*close)(char *start, size_t bytes);      /* any -> closed */
};
extern const struct mpg__vm_backend mpg__vm_uffd, mpg__vm_mprotect;

struct mpg__vm {
    const struct mpg__vm_backend *backend;
    char *privileged;
    char *views;                  /* view v is at views + v * stride */
    uint64_t stride;              /* bytes of the object, a power of two */
    unsigned shift;               /* log2 stride */
    _Atomic unsigned views_count; /* mapped so far; faults read it unlocked */
    unsigned views_max;
    int object;
    char why[160]; /* which backend, and why */
};
extern struct mpg__vm mpg__vm;

/* Reserves the range, makes the object and the privileged view.  `backend` is
 * "uffd", "mprotect" or "" to choose.  Ends the run, naming the mapping in the
 * way or the refusal, when it cannot. */
void mpg__vm_start(uint64_t memory_bytes, const char *backend);

/* Maps views until there are `count`.  Pre: count <= views_max. */
void mpg__vm_need_views(unsigned count);

/* Whether address lies in an application view. */
static inline bool mpg__vm_is_shared(const void *address)
{
    return (uintptr_t)address - (uintptr_t)mpg__vm.views <
           (uint64_t)atomic_load_explicit(&mpg__vm.views_count,
                                          memory_order_acquire)
               << mpg__vm.shift;
}

static inline char *mpg__vm_view(unsigned view)
{
    return mpg__vm.views + ((uint64_t)view << mpg__vm.shift);
}

/* madvise, again when the kernel is short of something for a moment. */
int mpg__vm_advise(char *start, size_t bytes, int advice);

/* Whether the access that raised a fault wanted to write. */
bool mpg__vm_fault_is_write(const void *ucontext);

#endif

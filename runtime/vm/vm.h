/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Views of one memory object, and who may touch which of their pages.
 *
 * The object is a memfd.  The privileged view maps it readable and writable
 * for ever; each application view maps it whole again, at `stride` bytes from
 * the one before, with every page closed at first.  The stride is somewhat more
 * than the object (MPG_VM_SKEW).  All of it lies in one reserved range at the
 * same addresses on every host:
 *
 *   base            + bytes          + bytes + stride  ...  + max * stride
 *   | privileged    | view 0         | view 1       ...     | composed view |
 *
 * The composed view is one more, mapped when it is first needed.
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
#include <sys/uio.h>

#define MPG_PAGE 4096u

/* Below the place of position-independent programs (0x55..), above ASan's
 * shadow, and room for 64 TiB of views. */
#ifndef MPG_VM_BASE /* The thread sanitizer has another idea of it. */
#define MPG_VM_BASE       ((char *)0x110000000000)
#define MPG_VM_VIEWS_SPAN (UINT64_C(1) << 46)
#endif
#define MPG_VM_VIEWS_MAX 4096u /* a byte a minipage */

/* Neighbouring minipages lie at about the same offset of different views.  If
 * those were a power of two apart, their translations would compete for the
 * same few places of the caches that processors have for them: the bits that
 * choose the place would be the same.  With one page and one large page more,
 * translations of both levels find places of their own, and a walk through 32
 * views loses a sixth to them instead of two thirds. */
#define MPG_VM_SKEW ((UINT64_C(2) << 20) + MPG_PAGE)

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
    uint64_t bytes;               /* of the object, a power of two */
    uint64_t stride;              /* bytes + MPG_VM_SKEW */
    _Atomic unsigned views_count; /* mapped so far; faults read it unlocked */
    unsigned views_max;
    _Atomic bool has_composed; /* as views_count */
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

/* Maps the composed view, once. */
void mpg__vm_need_composed(void);

static inline bool mpg__vm_has_composed(void)
{
    return atomic_load_explicit(&mpg__vm.has_composed, memory_order_acquire);
}

static inline char *mpg__vm_composed(void)
{
    return mpg__vm.views + mpg__vm.views_max * mpg__vm.stride;
}

static inline bool mpg__vm_is_composed(const void *address)
{
    return mpg__vm_has_composed() &&
           (uintptr_t)address - (uintptr_t)mpg__vm_composed() < mpg__vm.stride;
}

/* Whether address lies in an application view that pointers point to, or right
 * behind one, where nothing is. */
static inline bool mpg__vm_is_shared(const void *address)
{
    return (uintptr_t)address - (uintptr_t)mpg__vm.views <
           mpg__vm.stride *
               atomic_load_explicit(&mpg__vm.views_count, memory_order_acquire);
}

static inline char *mpg__vm_view(unsigned view)
{
    return mpg__vm.views + view * mpg__vm.stride;
}

/* The view of a shared address; and its place in the object, or behind that. */
static inline unsigned mpg__vm_view_of(const void *address, uint64_t *offset)
{
    uint64_t distance = (uint64_t)((const char *)address - mpg__vm.views);
    *offset = distance % mpg__vm.stride;
    return (unsigned)(distance / mpg__vm.stride);
}

/* vm_store.c: bytes for the privileged view, `to` and all behind it inside.
 * Async-signal-safe; one thread at a time.  When memory is exhausted the kernel
 * raises SIGBUS, as for any touch of a page that it cannot make. */
void mpg__vm_store_start(void); /* of mpg__vm_start */
/* Whether the object probably has no page there, so that mpg__vm_store is the
 * way; else it is entered, for who copies them. */
bool mpg__vm_is_hole(const char *to, size_t bytes);
/* Writes parts that belong next to each other. */
void mpg__vm_store(char *to, const struct iovec *parts, unsigned count);
/* Has the pages of a place be there when bytes come. */
void mpg__vm_make(const char *place, size_t bytes);

/* madvise, again when the kernel is short of something for a moment. */
int mpg__vm_advise(char *start, size_t bytes, int advice);

/* Whether the access that raised a fault wanted to write. */
bool mpg__vm_fault_is_write(const void *ucontext);

#endif

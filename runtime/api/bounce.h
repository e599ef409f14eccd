/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * For the calls of the C library that are interposed because they hand the
 * kernel pointers to shared memory (io.c, paths.c, calls.c): private memory in
 * place of it, and the definitions behind ours.
 */
#ifndef MPG_API_BOUNCE_H
#define MPG_API_BOUNCE_H

#include <dlfcn.h>
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>

#include "engine/engine.h"

#define EXPORTED __attribute__((visibility("default")))

/* BEHIND(CALLS), where CALLS(X) is X(name) for each: what the names mean behind
 * this library.  They are looked up when it is loaded: the fault path sends and
 * receives, and must not come upon the dynamic linker there. */
#define BEHIND(CALLS)                                                          \
    static struct {                                                            \
        CALLS(BEHIND_POINTER)                                                  \
    } behind;                                                                  \
    __attribute__((constructor(101))) static void find_calls(void)             \
    {                                                                          \
        CALLS(BEHIND_FIND)                                                     \
    }
#define BEHIND_POINTER(name) __typeof__(name) *name;
#define BEHIND_FIND(name)                                                      \
    behind.name = (__typeof__(name) *)dlsym(RTLD_NEXT, #name);

/* Libraries that are set up before ours may come earlier. */
#define NEXT(name)                                                             \
    if (!behind.name)                                                          \
        find_calls();                                                          \
    __typeof__(name) *next = behind.name

/* One object.  IN, OUT and INOUT declare p_at, to be passed to the kernel
 * instead of p, which may be NULL: p itself when it is private.  GIVE(p) after
 * an OUT or INOUT brings to p what the kernel has written. */
#define IN(type, p)                                                            \
    type p##_own;                                                              \
    const type *p##_at = (p);                                                  \
    if (mpg__vm_is_shared(p))                                                  \
    p##_at = memcpy(&p##_own, p, sizeof p##_own)
#define OUT(p)                                                                 \
    __typeof__(*(p)) p##_own;                                                  \
    __typeof__(&p##_own) p##_at = mpg__vm_is_shared(p) ? &p##_own : (p)
#define INOUT(p)                                                               \
    OUT(p);                                                                    \
    if (p##_at == &p##_own)                                                    \
    p##_own = *(p)
#define GIVE(p)                                                                \
    if (p##_at == &p##_own)                                                    \
    *(p) = p##_own

/* Some bytes.  The memory is from mmap, not malloc: read and write may be
 * called in signal handlers. */
#define BOUNCE_ON_STACK 4096 /* bytes that need no mapping */

struct bounce {
    char *bytes;
    size_t mapped;
    char small[BOUNCE_ON_STACK];
};

/* False with errno ENOMEM. */
static inline bool bounce_open(struct bounce *bounce, size_t bytes)
{
    bounce->mapped = 0;
    bounce->bytes = bounce->small;
    if (bytes <= BOUNCE_ON_STACK)
        return true;
    void *got = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (got == MAP_FAILED) {
        errno = ENOMEM;
        return false;
    }
    bounce->bytes = got;
    bounce->mapped = bytes;
    return true;
}

static inline void bounce_close(struct bounce *bounce)
{
    int saved = errno;
    if (bounce->mapped)
        munmap(bounce->bytes, bounce->mapped);
    errno = saved;
}

#endif

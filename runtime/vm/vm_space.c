/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * The reserved range, the memory object and its mappings; and the choice of
 * the backend that guards them.
 */
#include "vm.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <ucontext.h>
#include <unistd.h>

#include "base/fatal.h"

#ifndef MAP_FIXED_NOREPLACE
#define MAP_FIXED_NOREPLACE 0x100000
#endif

struct mpg__vm mpg__vm = {.object = -1};

/* Finds the first mapping that overlaps the range, as /proc/self/maps has it,
 * for the message: "cannot map" alone would leave the user guessing. */
static void name_mapping_in_way(uintptr_t start, uint64_t bytes, char *line,
                                size_t line_bytes)
{
    snprintf(line, line_bytes, "an unknown mapping");
    FILE *maps = fopen("/proc/self/maps", "re");
    char text[512];
    while (maps && fgets(text, sizeof text, maps)) {
        uint64_t from, to;
        if (sscanf(text, "%" SCNx64 "-%" SCNx64, &from, &to) != 2)
            continue;
        if (from < start + bytes && to > start) {
            text[strcspn(text, "\n")] = 0;
            snprintf(line, line_bytes, "%s", text);
            break;
        }
    }
    if (maps)
        fclose(maps);
}

static bool is_stack_unlimited(void)
{
    struct rlimit stack;
    return !getrlimit(RLIMIT_STACK, &stack) && stack.rlim_cur == RLIM_INFINITY;
}

static void reserve(uint64_t bytes)
{
    void *got =
        mmap(MPG_VM_BASE, bytes, PROT_NONE,
             MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE,
             -1, 0);
    if (got == MPG_VM_BASE)
        return;
    int error = errno;
    if (got != MAP_FAILED || error == EEXIST) {
        char line[512];
        name_mapping_in_way((uintptr_t)MPG_VM_BASE, bytes, line, sizeof line);
        mpg__fatal("the address range %p-%p of shared memory is taken by: %s%s",
                   (void *)MPG_VM_BASE, (void *)(MPG_VM_BASE + bytes), line,
                   is_stack_unlimited()
                       ? " (ulimit -s unlimited has libraries lie there; give "
                         "it a number)"
                       : "");
    }
    errno = error;
    mpg__fatal("cannot reserve %llu bytes of addresses at %p: %m "
               "(is there a limit, ulimit -v?); less than 16G of "
               "MILLIPAGE_MEMORY needs fewer",
               (unsigned long long)bytes, (void *)MPG_VM_BASE);
}

#define ADVICE_TRIES 1000 /* as what is short may stay so */

int mpg__vm_advise(char *start, size_t bytes, int advice)
{
    int answer = madvise(start, bytes, advice);

    for (int i = 1; answer && errno == EAGAIN && i < ADVICE_TRIES; i++)
        answer = madvise(start, bytes, advice);
    return answer;
}

static void map_object(char *address, int protection)
{
    void *got = mmap(address, mpg__vm.bytes, protection,
                     MAP_SHARED | MAP_FIXED | MAP_NORESERVE, mpg__vm.object, 0);
    if (got != address)
        mpg__fatal("cannot map a view of the memory object at %p: %m",
                   (void *)address);
    /* A child of fork has no part in the protocol: with the mapping it would
     * read what nobody keeps coherent. */
    if (mpg__vm_advise(address, mpg__vm.bytes, MADV_DONTFORK))
        mpg__fatal("cannot keep the view at %p from children (madvise): %m",
                   (void *)address);
    /* A core file has no room for a sparse object once per view; without this
     * it is only larger. */
    mpg__vm_advise(address, mpg__vm.bytes, MADV_DONTDUMP);
}

static void choose_backend(const char *wanted)
{
    if (!strcmp(wanted, "mprotect")) {
        mpg__vm.backend = &mpg__vm_mprotect;
        snprintf(mpg__vm.why, sizeof mpg__vm.why,
                 "mprotect, because MILLIPAGE_VM says so");
        return;
    }
    if (*wanted && strcmp(wanted, "uffd"))
        mpg__fatal("MILLIPAGE_VM=%s: there is no such backend; write uffd or "
                   "mprotect, or leave it empty to choose by probing",
                   wanted);
    const char *refusal = mpg__vm_uffd.probe();
    if (!refusal) {
        mpg__vm.backend = &mpg__vm_uffd;
        snprintf(mpg__vm.why, sizeof mpg__vm.why, "uffd, because %s",
                 *wanted ? "MILLIPAGE_VM says so" : "the kernel offers it");
        return;
    }
    if (*wanted)
        mpg__fatal("MILLIPAGE_VM=uffd cannot be used here: %s; "
                   "MILLIPAGE_VM=mprotect can",
                   refusal);
    mpg__vm.backend = &mpg__vm_mprotect;
    snprintf(mpg__vm.why, sizeof mpg__vm.why, "mprotect, because %s", refusal);
}

/* More than the limit of files (ulimit -f) is an error, and no signal. */
static int set_object_bytes(uint64_t bytes)
{
    struct sigaction ignore, before;
    int answer;

    memset(&ignore, 0, sizeof ignore);
    ignore.sa_handler = SIG_IGN;
    sigaction(SIGXFSZ, &ignore, &before);
    do
        answer = ftruncate(mpg__vm.object, (off_t)bytes);
    while (answer && errno == EINTR);
    int error = errno;
    sigaction(SIGXFSZ, &before, NULL);
    errno = error;
    return answer;
}

static void make_object(void)
{
    mpg__vm.object = memfd_create("millipage", MFD_CLOEXEC);
    if (mpg__vm.object < 0)
        mpg__fatal("cannot make the memory object (memfd_create): %m%s",
                   errno == EMFILE ? "; ulimit -n says how many descriptors "
                                     "a process may have"
                                   : "");
    if (set_object_bytes(mpg__vm.bytes))
        mpg__fatal("cannot give the memory object %llu bytes: %m%s; "
                   "MILLIPAGE_MEMORY asks for less",
                   (unsigned long long)mpg__vm.bytes,
                   errno == EFBIG ? " (ulimit -f)" : "");
}

void mpg__vm_start(uint64_t memory_bytes, const char *backend)
{
    mpg__vm.bytes = MPG_PAGE;
    while (mpg__vm.bytes < memory_bytes)
        mpg__vm.bytes *= 2;
    mpg__vm.stride = mpg__vm.bytes + MPG_VM_SKEW;
    /* Beside them lie the privileged and the composed view. */
    uint64_t views = MPG_VM_VIEWS_SPAN / mpg__vm.bytes;
    if ((views + 2) * mpg__vm.bytes > MPG_VM_VIEWS_SPAN / 16 * 17)
        views--;
    mpg__vm.views_max =
        views > MPG_VM_VIEWS_MAX ? MPG_VM_VIEWS_MAX : (unsigned)views;
    reserve(mpg__vm.bytes + (mpg__vm.views_max + 1) * mpg__vm.stride);
    make_object();
    choose_backend(backend); /* Which tries the object out. */
    mpg__vm.privileged = MPG_VM_BASE;
    mpg__vm.views = MPG_VM_BASE + mpg__vm.bytes;
    map_object(mpg__vm.privileged, PROT_READ | PROT_WRITE);
    mpg__vm_store_start();
}

static void map_view(char *view)
{
    map_object(view, PROT_NONE);
    mpg__vm.backend->adopt(view, mpg__vm.bytes);
}

void mpg__vm_need_views(unsigned count)
{
    mpg_assert(count <= mpg__vm.views_max);
    while (mpg__vm.views_count < count) {
        map_view(mpg__vm_view(mpg__vm.views_count));
        mpg__vm.views_count++;
    }
}

void mpg__vm_need_composed(void)
{
    if (mpg__vm_has_composed())
        return;
    map_view(mpg__vm_composed());
    atomic_store_explicit(&mpg__vm.has_composed, true, memory_order_release);
}

bool mpg__vm_fault_is_write(const void *context)
{
    /* Bit 1 of the x86 page-fault error code: the access was a write.  Both
     * backends see it: 4 a read, 6 a write of a closed page, 7 a write of a
     * readable one. */
    const ucontext_t *ucontext = context;
    return ucontext->uc_mcontext.gregs[REG_ERR] & 2;
}

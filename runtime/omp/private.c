/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * What libraries allocate is private to the host that called them.  Hosts run
 * without address space randomisation, so the same call would answer the same
 * address everywhere, and a pointer that wandered to another host would be
 * good for something else there.  Each host therefore has its own range for
 * the break and its own for mappings:
 *
 *   heap  |0|1|2|...            (free)            ...|2|1|0|  libraries, stack
 *
 * Host 2 has moved its break over the ranges of 0 and 1, where nothing is
 * mapped, and has put a closed mapping over theirs below the libraries.  What
 * the allocator still had below the common start is used up first.
 *
 * Data of libraries (stdout, say) are at the same address on all hosts, and
 * each host has its own: that is what a program means by them.
 */
#include "private.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/fatal.h"
#include "engine/engine.h"
#include "place.h"

/* Of a host, of either kind; less when there are many hosts. */
#define RANGE_MAX     (UINT64_C(64) << 30)
#define RANGES_SUM    (UINT64_C(8) << 40)
#define TOP_ROUNDED   (UINT64_C(1) << 30)
#define BREAK_STEP    (UINT64_C(1) << 30)
#define BREAK_SMALL   (UINT64_C(1) << 20)
#define LEFTOVERS_MAX (128u << 10)

static uint64_t range;    /* bytes */
static uintptr_t heap;    /* where host 0's begins */
static uintptr_t mapping; /* where host 0's ends; they go down */

/* The heap. */

/* By steps, each given back at once, because the kernel counts what a break
 * moves over as memory in use. */
static void move_break(uint64_t bytes)
{
    uint64_t step = BREAK_STEP;
    while (bytes) {
        if (step > bytes)
            step = bytes;
        void *at = sbrk((intptr_t)step);
        if (at != (void *)-1) {
            munmap(at, step);
            bytes -= step;
        } else if (step > BREAK_SMALL) {
            step /= 2;
        } else {
            mpg__fatal("cannot set the heap apart from those of other hosts "
                       "(sbrk): %m; is there a limit, ulimit -d?");
        }
    }
}

/* Until nothing of any size is answered from below: best fit takes what is
 * left there before anything above. */
static void use_up_leftovers(void)
{
    for (size_t bytes = LEFTOVERS_MAX - 64; bytes >= 16; bytes -= 16) {
        void *got;
        while ((got = malloc(bytes)) && (uintptr_t)got < heap)
            ;
        free(got);
    }
}

static void set_heap_apart(unsigned host)
{
    uintptr_t at = (uintptr_t)sbrk(0);
    heap = (at + MPG_PAGE - 1) & ~(uintptr_t)(MPG_PAGE - 1);
    if (sbrk((intptr_t)(heap - at)) == (void *)-1)
        mpg__fatal("cannot move the break: %m");
    move_break(host * range);
    use_up_leftovers();
}

/* Mappings. */

struct gap {
    uintptr_t from, to;
};

static void close_over(uintptr_t from, uintptr_t to)
{
    void *got =
        mmap((void *)from, to - from, PROT_NONE,
             MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE,
             -1, 0);
    if (got != (void *)from)
        mpg__fatal("cannot set mappings apart from those of other hosts, at "
                   "%p: %m",
                   (void *)from);
}

#define GAPS_MAX 1024u

/* The gaps between mappings, but for the one that the stack grows into. */
static unsigned read_gaps(struct gap *gaps)
{
    FILE *maps = fopen("/proc/self/maps", "re");
    char line[512];
    uintptr_t last = 0;
    unsigned count = 0;
    if (!maps)
        mpg__fatal("cannot read /proc/self/maps: %m");
    while (fgets(line, sizeof line, maps)) {
        uintptr_t from, to;
        if (sscanf(line, "%" SCNxPTR "-%" SCNxPTR, &from, &to) != 2)
            continue;
        if (last && from > last && !strstr(line, "[stack]") &&
            from < (uintptr_t)1 << 47 && count < GAPS_MAX)
            gaps[count++] = (struct gap){last, from};
        last = to;
    }
    fclose(maps);
    return count;
}

/* The kernel maps from above, and into gaps first: those above the highest that
 * has room for the mappings of all hosts, and for their heaps.  It need not be
 * the largest: below the program is what few views leave free. */
static void set_mappings_apart(unsigned host)
{
    static struct gap gaps[GAPS_MAX];
    unsigned count = read_gaps(gaps), free_one = count;
    for (unsigned i = 0; i < count; i++)
        if (gaps[i].to - gaps[i].from >= 2 * RANGES_SUM)
            free_one = i;
    if (free_one == count)
        mpg__fatal("no %llu GiB of addresses are free in a row, to set private "
                   "memory of hosts apart",
                   (unsigned long long)(2 * RANGES_SUM >> 30));
    for (unsigned i = free_one + 1; i < count; i++)
        close_over(gaps[i].from, gaps[i].to);
    uintptr_t top = gaps[free_one].to;
    mapping = top & ~(uintptr_t)(TOP_ROUNDED - 1);
    close_over(mapping - host * range, top);
}

/* Whose is it? */

static int owner_of(uintptr_t address)
{
    uint64_t hosts = mpg__engine.node.hosts;
    if (address >= heap && address - heap < hosts * range)
        return (int)((address - heap) / range);
    if (address < mapping && mapping - 1 - address < hosts * range)
        return (int)((mapping - 1 - address) / range);
    return -1;
}

/* In the handler of the fault, when the program has none for it. */
static void explain(const void *address, const void *context)
{
    int owner = owner_of((uintptr_t)address);
    char place[512];
    if (owner < 0 || owner == mpg__engine.node.self)
        return;
    mpg__place_of_fault(context, place, sizeof place);
    mpg__fatal("%s uses %p, which is private memory of host %d: a library "
               "made it there (as fopen makes a FILE), or code that was not "
               "compiled by millicc -fopenmp.  Use it on that host alone, in "
               "'#pragma omp master' or outside of parallel regions, or have "
               "every host make its own",
               place, address, owner);
}

void mpg__omp_private_start(void)
{
    unsigned host = mpg__engine.node.self, hosts = mpg__engine.node.hosts;
    if (hosts < 2)
        return;
    range = RANGES_SUM / hosts & ~(TOP_ROUNDED - 1);
    if (range > RANGE_MAX)
        range = RANGE_MAX;
    set_mappings_apart(host);
    set_heap_apart(host);
    mpg__services.crash = explain;
}

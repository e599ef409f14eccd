/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * A thread's own store of room for single objects.
 *
 * The heap is behind a lock, and a lock is held with signals blocked, which is
 * two system calls for an allocation of a few nanoseconds.  So each thread
 * takes a handful of a size at a time (alloc.c), gives what it frees to its
 * next allocations, and half of it back when there is too much.  Minipages and
 * cells of pages are kept apart, for not everybody may have the latter.
 *
 * Here nothing is locked and no signal is blocked.  A signal's handler that
 * comes between, and allocates, finds `is_busy`, and goes to the heap.  That
 * nothing is freed twice is seen to where all threads can see it, in the word
 * that the heap has for it (mpg__single_free).
 */
#include "cache.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>

#include "alloc.h"
#include "base/fatal.h"
#include "engine/engine.h"

/* The heap's sizes (heap.c), by what is from one to the next; what is larger
 * than the last is for the heap. */
static const struct {
    uint32_t first, step, last; /* bytes */
} steps[] = {
    {16, 16, 1024}, {1056, 32, 2048}, {2112, 64, 4096}, {8192, 4096, 16384}};
#define STEPS (sizeof steps / sizeof *steps)
#define SIZES (64u + 32 + 32 + 3)
#define LISTS (2 * SIZES) /* of minipages, then of cells of pages */
/* Of a size, by a thread.  Tasks are allocated by one thread and freed by
 * another, many in a row: with 16 a program whose tasks are of 5 KiB took three
 * times as long. */
#define KEPT_MAX   64u
#define TAKE_COUNT 8u /* at a time */
_Static_assert(MPG_CACHE_ALIGN == 16, "all of them are multiples");

struct kept {
    uint32_t count;
    struct mpg__single singles[KEPT_MAX]; /* the next one last */
};
#define LISTS_BYTES (sizeof(struct kept[LISTS]))

static __thread struct {
    struct kept *lists; /* [LISTS], or NULL */
    bool is_busy;
    bool is_over; /* the thread ends */
} own __attribute__((tls_model("initial-exec")));

static pthread_key_t ends;

/* Among all sizes; SIZES: it is none that is kept. */
static uint32_t place_of(uint64_t bytes)
{
    uint32_t place = 0;
    for (uint32_t i = 0; i < STEPS; i++) {
        if (bytes <= steps[i].last && bytes >= steps[i].first &&
            bytes % steps[i].step == 0)
            return place + (uint32_t)(bytes - steps[i].first) / steps[i].step;
        place += (steps[i].last - steps[i].first) / steps[i].step + 1;
    }
    return SIZES;
}

static struct kept *kept_of(uint64_t bytes, bool is_packed)
{
    uint32_t place = place_of(bytes);
    if (place == SIZES || !own.lists || own.is_busy)
        return NULL;
    return &own.lists[is_packed ? SIZES + place : place];
}

/* What a handler sees in between must be in this order. */
static void set_busy(bool is_busy)
{
    atomic_signal_fence(memory_order_seq_cst);
    own.is_busy = is_busy;
    atomic_signal_fence(memory_order_seq_cst);
}

/* Gives back those that were kept first. */
static void give_back(struct kept *kept, uint32_t count)
{
    struct mpg__outside before;
    mpg__enter(&before);
    mpg__singles_give(kept->singles, count);
    mpg__leave(&before);
    kept->count -= count;
    memmove(kept->singles, kept->singles + count,
            kept->count * sizeof *kept->singles);
}

/* The thread ends.  What its destructors allocate and free from now on goes to
 * the heap. */
static void end(void *lists)
{
    own.is_over = true;
    set_busy(true);
    for (uint32_t i = 0; i < LISTS && !mpg__is_child(); i++)
        if (own.lists[i].count)
            give_back(&own.lists[i], own.lists[i].count);
    own.lists = NULL;
    munmap(lists, LISTS_BYTES);
}

/* With signals blocked. */
static void begin(void)
{
    if (own.lists || own.is_over)
        return;
    void *lists = mmap(NULL, LISTS_BYTES, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (lists == MAP_FAILED || pthread_setspecific(ends, lists)) {
        own.is_over = true; /* It can do without. */
        return;
    }
    own.lists = lists;
}

/* Of a thread that only frees. */
static void begin_first(void)
{
    struct mpg__outside before;
    mpg__enter(&before);
    begin();
    mpg__leave(&before);
}

void *mpg__cache_take(uint64_t bytes, bool is_packed, bool *is_fresh)
{
    struct kept *kept = kept_of(bytes, is_packed);
    void *got = NULL;
    if (!kept)
        return NULL;
    mpg__refuse_child();
    set_busy(true);
    if (kept->count) {
        const struct mpg__single *single = &kept->singles[--kept->count];
        got = single->address;
        *is_fresh = single->is_fresh;
        mpg__single_use(single);
    }
    set_busy(false);
    return got;
}

/* In ascending order, as from the heap: neighbours are asked for together. */
static bool fill(uint64_t own_bytes, uint64_t packed_bytes)
{
    struct mpg__single taken[TAKE_COUNT];
    uint32_t count =
        mpg__singles_take(own_bytes, packed_bytes, taken, TAKE_COUNT);
    if (!count)
        return false;
    struct kept *kept = taken[0].is_packed ? kept_of(packed_bytes, true)
                                           : kept_of(own_bytes, false);
    for (uint32_t i = 0; i < count; i++)
        kept->singles[i] = taken[count - 1 - i];
    kept->count = count;
    return true;
}

bool mpg__cache_fill(uint64_t own_bytes, uint64_t packed_bytes)
{
    struct mpg__outside before;
    mpg__enter(&before);
    begin();
    const struct kept *single = kept_of(own_bytes, false);
    const struct kept *packed = kept_of(packed_bytes, true);
    bool has_some = (single && single->count) || (packed && packed->count);
    if (single && !has_some)
        has_some = fill(own_bytes, packed_bytes);
    mpg__leave(&before);
    return has_some;
}

bool mpg__cache_free(void *address)
{
    struct mpg__single single = {0};
    mpg__refuse_child();
    uint64_t bytes = mpg__single_find(address, &single);
    if (!own.lists && place_of(bytes) < SIZES)
        begin_first();
    struct kept *kept = kept_of(bytes, single.is_packed);
    if (!kept || !mpg__single_free(&single))
        return false;
    set_busy(true);
    if (kept->count == KEPT_MAX)
        give_back(kept, KEPT_MAX / 2);
    kept->singles[kept->count++] = single;
    set_busy(false);
    return true;
}

void mpg__cache_start(void)
{
    if (pthread_key_create(&ends, end))
        mpg__fatal("no key left for what threads keep of the heap");
}

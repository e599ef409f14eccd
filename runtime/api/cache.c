/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * A thread's own store of minipages.
 *
 * The heap is behind a lock, and a lock is held with signals blocked, which is
 * two system calls for an allocation of a few nanoseconds.  So each thread
 * takes a handful of minipages of a size at a time (alloc.c), gives what it
 * frees to its next allocations, and half of it back when there is too much.
 *
 * Here nothing is locked and no signal is blocked.  A signal's handler that
 * comes between, and allocates, finds `is_busy`, and goes to the heap.  That a
 * minipage is not freed twice is seen to where all threads can see it, in the
 * word that the heap has for it (mpg__single_free).
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

static __thread struct {
    struct kept *sizes; /* [SIZES], or NULL */
    bool is_busy;
    bool is_over; /* the thread ends */
} own __attribute__((tls_model("initial-exec")));

static pthread_key_t ends;

/* Among all sizes; SIZES: it is none that is kept. */
static uint32_t place_of(uint64_t slot_bytes)
{
    uint32_t place = 0;
    for (uint32_t i = 0; i < STEPS; i++) {
        if (slot_bytes <= steps[i].last && slot_bytes >= steps[i].first &&
            slot_bytes % steps[i].step == 0)
            return place +
                   (uint32_t)(slot_bytes - steps[i].first) / steps[i].step;
        place += (steps[i].last - steps[i].first) / steps[i].step + 1;
    }
    return SIZES;
}

static struct kept *kept_of(uint64_t slot_bytes)
{
    uint32_t place = place_of(slot_bytes);
    if (place == SIZES || !own.sizes || own.is_busy)
        return NULL;
    return &own.sizes[place];
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
static void end(void *sizes)
{
    own.is_over = true;
    set_busy(true);
    for (uint32_t i = 0; i < SIZES && !mpg__is_child(); i++)
        if (own.sizes[i].count)
            give_back(&own.sizes[i], own.sizes[i].count);
    own.sizes = NULL;
    munmap(sizes, SIZES * sizeof(struct kept));
}

/* With signals blocked. */
static void begin(void)
{
    if (own.sizes || own.is_over)
        return;
    void *sizes =
        mmap(NULL, SIZES * sizeof(struct kept), PROT_READ | PROT_WRITE,
             MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (sizes == MAP_FAILED || pthread_setspecific(ends, sizes)) {
        own.is_over = true; /* It can do without. */
        return;
    }
    own.sizes = sizes;
}

/* Of a thread that only frees. */
static void begin_first(void)
{
    struct mpg__outside before;
    mpg__enter(&before);
    begin();
    mpg__leave(&before);
}

void *mpg__cache_take(uint64_t slot_bytes, bool *is_fresh)
{
    struct kept *kept = kept_of(slot_bytes);
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
static void fill(struct kept *kept, uint64_t slot_bytes)
{
    struct mpg__single taken[TAKE_COUNT];
    uint32_t count = mpg__singles_take(slot_bytes, taken, TAKE_COUNT);
    for (uint32_t i = 0; i < count; i++)
        kept->singles[i] = taken[count - 1 - i];
    kept->count = count;
}

bool mpg__cache_fill(uint64_t slot_bytes)
{
    struct mpg__outside before;
    mpg__enter(&before);
    begin();
    struct kept *kept = kept_of(slot_bytes);
    if (kept && !kept->count)
        fill(kept, slot_bytes);
    bool has_some = kept && kept->count;
    mpg__leave(&before);
    return has_some;
}

bool mpg__cache_free(void *address)
{
    struct mpg__single single;
    mpg__refuse_child();
    uint64_t slot_bytes = mpg__single_find(address, &single);
    if (!own.sizes && place_of(slot_bytes) < SIZES)
        begin_first();
    struct kept *kept = kept_of(slot_bytes);
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

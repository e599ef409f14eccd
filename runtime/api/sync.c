/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Locks, barrier, prefetch, push; who am I; counts.
 */
#include <string.h>

#include "base/fatal.h"
#include "engine/engine.h"
#include "millipage.h"

#define EXPORTED __attribute__((visibility("default")))

static void need_engine(void)
{
    if (!atomic_load_explicit(&mpg__engine_is_started, memory_order_acquire))
        mpg__engine_start();
}

EXPORTED int mpg_host(void)
{
    return mpg__engine.node.self;
}

EXPORTED int mpg_hosts(void)
{
    return mpg__engine.node.hosts;
}

EXPORTED const char *mpg_strerror(int error)
{
    switch (error) {
    case MPG_OK:
        return "no error";
    case MPG_EINVAL:
        return "an argument is out of its range";
    case MPG_ENOTSHARED:
        return "the address is not shared memory";
    case MPG_EHOST:
        return "there is no such host";
    case MPG_ESIGNATURE:
        return "the signature has a letter other than i, l, d and p, or too "
               "many";
    case MPG_ENOMEM:
        return "a limit or memory is exhausted";
    default:
        return "an unknown error";
    }
}

EXPORTED void mpg_barrier(void)
{
    struct mpg__outside before;
    struct mpg__waiter waiter = {.next = NULL};
    need_engine();
    mpg__enter(&before);
    bool has_role = mpg__meet();
    mpg__engine_lock();
    if (mpg__engine.barrier_waiter)
        mpg__fatal("two threads of this host are in mpg_barrier: call it once "
                   "per host");
    mpg__engine.barrier_waiter = &waiter;
    mpg__engine.barrier_place = (uintptr_t)__builtin_return_address(0);
    mpg__step_barrier();
    mpg__engine_unlock();
    mpg__publish();
    mpg__wait_met(&waiter, has_role);
    mpg__leave(&before);
}

EXPORTED void mpg_lock(unsigned id)
{
    struct mpg__outside before;
    struct mpg__waiter waiter = {.next = NULL};
    need_engine();
    mpg__enter(&before);
    mpg__engine_lock();
    mpg__lock_ask(id, &waiter);
    mpg__engine_unlock();
    mpg__wait(&waiter);
    mpg__leave(&before);
}

EXPORTED void mpg_unlock(unsigned id)
{
    struct mpg__outside before;
    need_engine();
    mpg__enter(&before);
    mpg__engine_lock();
    if (!mpg__lock_give_back(id))
        mpg__fatal("mpg_unlock(%u): this host does not hold that lock", id);
    mpg__engine_unlock();
    mpg__leave(&before);
}

/* Prefetch and push: something for each minipage of a range. */

struct range {
    uint32_t region, first, last; /* minipages */
};

static int find_range(const void *address, size_t bytes, struct range *range)
{
    const char *last = (const char *)address + (bytes ? bytes - 1 : 0);
    if (!mpg__vm_is_shared(address) || !bytes)
        return bytes ? MPG_ENOTSHARED : MPG_EINVAL;
    if (mpg__region_find(address, &range->region, &range->first) != MPG_FOUND)
        return MPG_ENOTSHARED;
    /* Counted in bytes of the object: the minipages in between may lie in
     * other views, but not elsewhere in the object. */
    const struct mpg__region *region = mpg__region_get(range->region);
    uint64_t start =
        (uint64_t)(mpg__slot_address(region, range->first) - mpg__vm.views);
    uint64_t within = (uint64_t)(last - mpg__vm.views) - start;
    uint64_t slot = range->first + within / region->layout.slot_bytes;
    if (slot >= region->layout.slots)
        return MPG_EINVAL;
    range->last = (uint32_t)slot;
    return MPG_OK;
}

/* Under the lock. */
static void want(const struct range *range, unsigned access)
{
    for (uint32_t slot = range->first; slot <= range->last; slot++) {
        const struct mpg__copy *copy = mpg__copy_of(range->region, slot);
        if (mpg__engine.requests_open >= MPG_PREFETCH_MAX)
            break; /* It is a hint: the rest will fault. */
        if (copy->access >= access || copy->asked)
            continue;
        mpg__step_copy(MPG_EVENT_WANT, range->region, slot, access);
        mpg__recall_note(range->region, slot, access);
    }
}

EXPORTED int mpg_prefetch_ranges(const struct mpg_range *ranges, unsigned count)
{
    int result = MPG_OK;
    struct mpg__outside before;
    need_engine();
    mpg__enter(&before);
    mpg__engine_lock();
    for (unsigned i = 0; i < count; i++) {
        struct range range;
        int error = find_range(ranges[i].address, ranges[i].bytes, &range);
        if (!error)
            want(&range,
                 ranges[i].for_write ? MPG_ACCESS_WRITE : MPG_ACCESS_READ);
        else if (!result)
            result = error;
    }
    mpg__engine_unlock();
    mpg__stay();
    mpg__leave(&before);
    return result;
}

EXPORTED int mpg_prefetch(const void *address, size_t bytes, int for_write)
{
    struct mpg_range range = {address, bytes, for_write};
    return mpg_prefetch_ranges(&range, 1);
}

EXPORTED int mpg_push(const void *address, size_t bytes)
{
    struct range range;
    struct mpg__outside before;
    need_engine();
    int error = find_range(address, bytes, &range);
    if (error)
        return error;
    mpg__enter(&before);
    for (uint32_t slot = range.first; slot <= range.last; slot++) {
        mpg__engine_lock();
        mpg__step_copy(MPG_EVENT_PUSH, range.region, slot, MPG_ACCESS_NONE);
        mpg__engine_unlock();
    }
    mpg__leave(&before);
    return MPG_OK;
}

EXPORTED void mpg_stats(struct mpg_stats *stats, size_t size)
{
    struct mpg__outside before;
    mpg__enter(&before);
    struct mpg__counts counts = mpg__counts_now();
    mpg__leave(&before);
    struct mpg_stats now = {.read_faults = counts.read_faults,
                            .write_faults = counts.write_faults,
                            .messages_sent = counts.messages_sent,
                            .bytes_sent = counts.bytes_sent,
                            .invalidations = counts.invalidations,
                            .minipages = counts.minipages,
                            .vmas = mpg__count_mappings(),
                            .barriers = counts.barriers,
                            .locks = counts.locks,
                            .views = mpg__vm.views_count,
                            .connections = mpg__count_connections()};
    memcpy(stats, &now, size < sizeof now ? size : sizeof now);
}

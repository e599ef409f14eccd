/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Remembering what a lock guards.
 *
 * Who takes a lock that another host had last finds nothing of what that host
 * has written: each minipage is a fault, and two where it is first read and
 * then written.  But it is the same minipages time and again.  So a host notes
 * for each lock what its threads fault for while they hold it, and the next
 * time that the lock comes from another host it asks for all of that at once,
 * in the turn in which the lock comes, and for writing if it was written.
 *
 * An entry is believed when it was wanted in two of the last few holds.  Nobody
 * tells us whether what came was used, for there is no fault then, so it has
 * credit for a number of times, as in recall.c: then it is on trial and not
 * asked for; if it faults it gets twice as much, and if not it is forgotten.
 * What faults although it came has been taken away before it was used: others
 * want it without the lock, and it loses half, in the end all.
 *
 * All of this is advice: MILLIPAGE_GUARD=0 turns it off and changes no result.
 */
#include <sys/mman.h>

#include "base/config.h"
#include "engine_internal.h"

#define GUARDS_MAX   4096u /* locks; what more of them guard is not noted */
#define WANTS_MAX    32u   /* of a lock; a new one takes the oldest's place */
#define HELD_MAX     4u    /* locks of a thread at a time, the last ones */
#define AGAIN        4u    /* holds within which a second fault tells */
#define CREDIT_FIRST 7u    /* times, ... */
#define CREDIT_LAST  3u    /* when that is in vain, no more */
#define CREDIT_MAX   127u  /* ... after it has proved right again and again */

struct want {
    uint32_t region, slot;
    uint32_t last; /* hold in which it faulted */
    uint8_t access;
    bool is_believed; /* not seen once only */
    uint8_t credit;   /* 0: on trial */
    uint8_t deserved; /* what its credit was at first; 0: contended */
};

struct mpg__guard {
    uint32_t holds; /* of this host */
    uint32_t count;
    struct want wants[WANTS_MAX];
};

static struct mpg__guard *guards;
static uint32_t guards_count;

/* Of this thread, the one that it took last at the end. */
static __thread struct {
    uint64_t ids[HELD_MAX];
    uint32_t count;
} held __attribute__((tls_model("initial-exec")));

void mpg__guard_enter(uint64_t id)
{
    if (held.count == HELD_MAX) {
        held.count--;
        for (uint32_t i = 0; i < held.count; i++)
            held.ids[i] = held.ids[i + 1];
    }
    held.ids[held.count++] = id;
}

void mpg__guard_leave(uint64_t id)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < held.count; i++)
        if (held.ids[i] != id)
            held.ids[kept++] = held.ids[i];
    held.count = kept;
}

static struct mpg__guard *new_guard(void)
{
    if (!guards) {
        void *memory =
            mmap(NULL, GUARDS_MAX * sizeof *guards, PROT_READ | PROT_WRITE,
                 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (memory == MAP_FAILED)
            return NULL;
        guards = memory;
    }
    return guards_count < GUARDS_MAX ? &guards[guards_count++] : NULL;
}

static struct want *find(struct mpg__guard *guard, uint32_t region,
                         uint32_t slot)
{
    for (uint32_t i = 0; i < guard->count; i++)
        if (guard->wants[i].slot == slot && guard->wants[i].region == region)
            return &guard->wants[i];
    return NULL;
}

static struct want *room_for_one(struct mpg__guard *guard)
{
    if (guard->count < WANTS_MAX)
        return &guard->wants[guard->count++];
    struct want *oldest = &guard->wants[0];
    for (uint32_t i = 1; i < WANTS_MAX; i++)
        if (guard->wants[i].last < oldest->last)
            oldest = &guard->wants[i];
    return oldest;
}

/* A fault for what is known already. */
static void correct(struct want *want, uint32_t holds)
{
    unsigned deserved = want->deserved;
    if (!want->is_believed && holds - want->last <= AGAIN)
        deserved = CREDIT_FIRST;
    else if (want->credit)
        deserved = deserved > CREDIT_LAST ? deserved / 2 : 0;
    else if (deserved)
        deserved = deserved * 2 + 1;
    want->is_believed |= deserved > 0;
    want->deserved = (uint8_t)(deserved < CREDIT_MAX ? deserved : CREDIT_MAX);
    want->credit = want->deserved;
}

void mpg__guard_note(uint32_t region, uint32_t slot, enum mpg__access access)
{
    if (!held.count || !mpg__config.guard || mpg__engine.node.hosts == 1)
        return;
    struct mpg__guard **place = mpg__lock_guard(held.ids[held.count - 1]);
    if (!*place)
        *place = new_guard();
    struct mpg__guard *guard = *place;
    if (!guard)
        return;
    struct want *want = find(guard, region, slot);
    if (!want) {
        want = room_for_one(guard);
        *want = (struct want){.region = region, .slot = slot};
    } else if (want->last != guard->holds) {
        correct(want, guard->holds);
    }
    want->last = guard->holds;
    if (want->access < access) /* First read, then written. */
        want->access = (uint8_t)access;
}

/* Whether it is to be kept. */
static bool ask(struct want *want, uint32_t holds)
{
    const struct mpg__copy *copy = mpg__copy_of(want->region, want->slot);
    if (!want->is_believed || copy->access >= want->access)
        return true;
    if (!want->credit) /* It has been on trial: has it faulted? */
        return want->last + 1 == holds;
    want->credit--;
    if (want->credit && !copy->asked &&
        mpg__engine.requests_open < MPG_PREFETCH_MAX)
        mpg__step_copy(MPG_EVENT_WANT, want->region, want->slot, want->access);
    return true;
}

void mpg__guard_ask(struct mpg__guard *guard)
{
    if (!guard)
        return;
    uint32_t kept = 0;
    guard->holds++;
    for (uint32_t i = 0; i < guard->count; i++)
        if (ask(&guard->wants[i], guard->holds))
            guard->wants[kept++] = guard->wants[i];
    guard->count = kept;
}

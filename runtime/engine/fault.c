/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * What happens on a fault.
 *
 * The thread that touched a vpage it may not touch comes here, in a signal
 * handler with all signals blocked.  It finds the minipage by arithmetic, pins
 * it, tells the protocol what it wants, and waits (wait.c): as a rule that
 * means it receives the answer itself.  Then it returns, and the instruction
 * runs again.
 *
 * Progress.  Between our return and the instruction another host may take the
 * minipage away again; nothing tells us that the instruction has run.  Mostly
 * it wins the race by far.  When it has lost once, or when somebody is known
 * to be waiting, the handler keeps the pin and sets the trap flag: the
 * instruction runs, the processor traps behind it, and the SIGTRAP handler
 * lets go.  So an instruction that needs one minipage is held up at most once
 * more, whatever the others do.
 *
 * An instruction may need several: an unaligned store across a border, a copy
 * from memory to memory, a gather.  While it is being single-stepped each
 * further fault of it adds a minipage to those that it needs (`hold`).  They
 * are pinned in ascending order, which all hosts share, and all are let go
 * before starting over; so hosts that need the same ones cannot deadlock.
 */
#include "engine_internal.h"

#include <string.h>
#include <ucontext.h>

#include "base/fatal.h"
#include "signals.h"

#define HOLD_MAX  32   /* minipages an instruction can need: a gather's 16 */
#define RECENT    4    /* of its last minipages a thread remembers */
#define STEPS_MAX 4096 /* of one repeated string instruction under a hold */
/* A fault that the protocol says cannot be, so often in a row that no race
 * explains it: the kernel has no page for us. */
#define SPURIOUS_MAX 100000u

struct need {
    uint32_t region, slot;
    uint8_t access;
};

/* What this thread's current instruction needs. */
struct hold {
    uintptr_t ip;               /* of the last fault */
    struct need recent[RECENT]; /* its minipages there, a ring */
    uint32_t recent_count;
    uint32_t spurious;
    bool is_stepping; /* the trap flag is set, `needs` are pinned */
    uint32_t steps;   /* traps so far */
    uint32_t traps;   /* set and not come yet: a handler of the program may
                         run, and fault, before the stepped instruction */
    uint32_t count;
    struct need needs[HOLD_MAX]; /* ascending */
};
static __thread struct hold hold __attribute__((tls_model("initial-exec")));

static bool is_before(const struct need *a, const struct need *b)
{
    return a->region != b->region ? a->region < b->region : a->slot < b->slot;
}

static bool is_same(const struct need *a, const struct need *b)
{
    return a->region == b->region && a->slot == b->slot;
}

/* Under the lock, which it gives up while it waits. */
static void obtain(const struct need *need)
{
    const struct mpg__copy *copy = mpg__copy_of(need->region, need->slot);
    while (copy->access < need->access) {
        struct mpg__waiter waiter;
        mpg__waiter_add(&waiter, need->region, need->slot);
        mpg__step_copy(MPG_EVENT_WANT, need->region, need->slot, need->access);
        mpg__early_want(need->region, need->slot, need->access);
        mpg__engine_unlock();
        mpg__wait(&waiter);
        mpg__engine_lock();
    }
}

static void pin(const struct need *need)
{
    mpg__step_copy(MPG_EVENT_PIN, need->region, need->slot, 0);
}

static void unpin(const struct need *need)
{
    mpg__step_copy(MPG_EVENT_UNPIN, need->region, need->slot, 0);
}

static void unpin_all(void)
{
    for (uint32_t i = 0; i < hold.count; i++)
        unpin(&hold.needs[i]);
    hold.count = 0;
    hold.is_stepping = false;
}

/* Puts need in its place among the needs; the pins are as before. */
static uint32_t insert(const struct need *need)
{
    uint32_t at = 0;
    while (at < hold.count && is_before(&hold.needs[at], need))
        at++;
    if (at < hold.count && is_same(&hold.needs[at], need)) {
        if (hold.needs[at].access < need->access)
            hold.needs[at].access = need->access;
        return at;
    }
    if (hold.count == HOLD_MAX)
        mpg__fatal("an instruction touches more than %d minipages", HOLD_MAX);
    memmove(&hold.needs[at + 1], &hold.needs[at],
            (hold.count - at) * sizeof *need);
    hold.needs[at] = *need;
    hold.count++;
    return at;
}

static bool have_all(void)
{
    for (uint32_t i = 0; i < hold.count; i++)
        if (mpg__copy_of(hold.needs[i].region, hold.needs[i].slot)->access <
            hold.needs[i].access)
            return false;
    return true;
}

/* The stepped instruction needs one more.  Everything pinned is let go and
 * pinned again in order, until all of it is here at once. */
static void obtain_together(const struct need *need)
{
    for (uint32_t i = 0; i < hold.count; i++)
        unpin(&hold.needs[i]);
    insert(need);
    for (;;) {
        for (uint32_t i = 0; i < hold.count; i++) {
            pin(&hold.needs[i]);
            obtain(&hold.needs[i]);
        }
        if (have_all())
            return;
        for (uint32_t i = 0; i < hold.count; i++)
            unpin(&hold.needs[i]);
    }
}

static void set_trap(void *context, bool on)
{
    greg_t *flags = &((ucontext_t *)context)->uc_mcontext.gregs[REG_EFL];
    *flags = on ? *flags | MPG_TRAP_FLAG : *flags & ~(greg_t)MPG_TRAP_FLAG;
    hold.traps += on ? 1 : -1;
}

/* A fault that is none of ours, or the end of a step: let go. */
void mpg__fault_abandon(void)
{
    if (!hold.is_stepping)
        return;
    mpg__engine_lock();
    unpin_all();
    mpg__engine_unlock();
}

bool mpg__fault_trap(void *context)
{
    if (!hold.traps)
        return false;
    /* A repeated string instruction traps after every element.  It keeps what
     * it has for a while, or each turn among contending hosts would copy one
     * byte. */
    uintptr_t ip =
        (uintptr_t)((ucontext_t *)context)->uc_mcontext.gregs[REG_RIP];
    if (hold.is_stepping && ip == hold.ip && ++hold.steps < STEPS_MAX)
        return true;
    mpg__fault_abandon();
    set_trap(context, false);
    hold.ip = 0; /* It has run: a next fault there is a new one. */
    return true;
}

static void obtain_one(const struct need *need, bool is_repeated, void *context)
{
    const struct mpg__copy *copy = mpg__copy_of(need->region, need->slot);
    pin(need);
    if (copy->access < need->access && !copy->asked) {
        mpg__step_copy(MPG_EVENT_WANT, need->region, need->slot, need->access);
        mpg__recall_note(need->region, need->slot, need->access);
        mpg__guard_note(need->region, need->slot, need->access);
        mpg__ahead(need->region, need->slot, need->access);
    }
    obtain(need);
    mpg__ahead_end();
    if (!is_repeated && !copy->deferred) {
        unpin(need);
        return;
    }
    insert(need);
    hold.is_stepping = true;
    hold.steps = 0;
    set_trap(context, true);
}

static void count_fault(const struct need *need, const void *address,
                        bool is_repeated)
{
    if (mpg__copy_of(need->region, need->slot)->access < need->access) {
        if (need->access == MPG_ACCESS_WRITE)
            mpg__engine.counts.write_faults++;
        else
            mpg__engine.counts.read_faults++;
        hold.spurious = 0;
    } else if (!is_repeated) {
        hold.spurious = 0;
    } else if (++hold.spurious > SPURIOUS_MAX) {
        mpg__fatal("the kernel refuses access to %p although its minipage is "
                   "here: is memory exhausted?",
                   address);
    }
}

/* Whether the same instruction has come for the same minipage lately; and
 * remembers that it has. */
static bool note_fault(uintptr_t ip, const struct need *need)
{
    if (hold.ip != ip) {
        hold.ip = ip;
        hold.recent_count = 0;
    }
    uint32_t known = hold.recent_count < RECENT ? hold.recent_count : RECENT;
    for (uint32_t i = 0; i < known; i++)
        if (is_same(&hold.recent[i], need))
            return true;
    hold.recent[hold.recent_count++ % RECENT] = *need;
    return false;
}

bool mpg__fault(const void *address, bool is_write, void *context)
{
    uintptr_t ip =
        (uintptr_t)((ucontext_t *)context)->uc_mcontext.gregs[REG_RIP];
    struct need need = {.access =
                            is_write ? MPG_ACCESS_WRITE : MPG_ACCESS_READ};
    if (mpg__services.check)
        mpg__services.check(address);
    switch (mpg__region_find(address, &need.region, &need.slot)) {
    case MPG_FOUND:
        break;
    case MPG_FOUND_NO_REGION:
        return false; /* Nothing there: a fault like any other. */
    case MPG_FOUND_STRAY:
        mpg__fatal("the access to %p at instruction %p lies outside the "
                   "minipage that its pointer was made for: a pointer into "
                   "one minipage was moved into another (region %u)",
                   address, (void *)ip, need.region);
    }
    if (!atomic_load(&mpg__engine_is_started))
        mpg__engine_start();
    bool is_same_step = hold.is_stepping && hold.ip == ip;
    bool is_repeated = note_fault(ip, &need);
    mpg__engine_lock();
    count_fault(&need, address, is_repeated);
    if (is_same_step) {
        obtain_together(&need);
    } else {
        /* A handler that jumped away never came to its trap. */
        if (hold.is_stepping)
            unpin_all();
        obtain_one(&need, is_repeated, context);
    }
    mpg__engine_unlock();
    return true;
}

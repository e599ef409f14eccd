/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * What happens on a fault.
 *
 * The thread that touched a vpage it may not touch comes here, in a signal
 * handler in which no handler of the program's can run (signals.c).  It finds
 * the minipage by arithmetic, pins it, tells the protocol what it wants, and
 * waits (wait.c): as a rule that means it receives the answer itself.  Then it
 * returns, and the instruction runs again.
 *
 * Progress.  Between our return and the instruction another host may take the
 * minipage away again; nothing tells us that the instruction has run.  Mostly
 * it wins the race by far.  When it has lost once, or when somebody is known
 * to be waiting, the handler keeps the pin and sets the trap flag: the
 * instruction runs, the processor traps behind it, and the SIGTRAP handler
 * lets go.  So an instruction that needs one minipage is held up at most once
 * more, whatever the others do.  What hosts take from each other again and
 * again stays pinned for a moment behind that (keep.c), and needs no trap.
 *
 * An instruction may need several: an unaligned store across a border, a copy
 * from memory to memory, a gather.  While it is being single-stepped each
 * further fault of it adds a minipage to those that it needs (`hold`).  They
 * are pinned in ascending order, which all hosts share, and all are let go
 * before starting over; so hosts that need the same ones cannot deadlock.
 * What an access needs, and how that is obtained, is in need.c.
 *
 * A loop that goes through a contended page of the composed view would get all
 * of the page's minipages for each of its accesses.  So it keeps them, and the
 * trap flag, for some steps more.  It may not wait for anybody meanwhile: what
 * is not near the access, or enters the kernel, is not the loop any more.
 */
#include "engine_internal.h"

#include <string.h>
#include <ucontext.h>

#include "base/fatal.h"
#include "explain.h"
#include "need.h"
#include "signals.h"

#define HOLD_MAX   32   /* minipages an instruction can need: a gather's 16 */
#define RECENT     4    /* of its last minipages a thread remembers */
#define STEPS_MAX  4096 /* of one repeated string instruction under a hold */
#define LOOP_NS    500000u           /* for a loop in the composed view */
#define LOOP_BYTES ((uintptr_t)1024) /* of its code */
/* A fault that the protocol says cannot be, so often in a row that no race
 * explains it: the kernel has no page for us. */
#define SPURIOUS_MAX 100000u

/* What this thread's current instruction needs. */
struct hold {
    uintptr_t ip;                    /* of the last fault */
    struct mpg__need recent[RECENT]; /* its minipages there, a ring */
    uint32_t recent_count;
    uint32_t spurious;
    bool is_stepping;  /* the trap flag is set, `needs` are pinned */
    bool is_loop;      /* and they are kept while a loop goes on */
    uint32_t keep_ns;  /* and for so long behind the access (keep.c) */
    uint32_t steps;    /* traps so far */
    uint64_t loop_end; /* when a loop has had enough of them */
    uint32_t traps;    /* set and not come yet: a handler of the program may
                          run, and fault, before the stepped instruction */
    struct {           /* a fault in the composed view that tells something */
        enum mpg__tale tale;
        uint32_t region, away;
        uint64_t since;
    } told;
    uint32_t count;
    struct mpg__need needs[HOLD_MAX]; /* ascending */
};
static __thread struct hold hold __attribute__((tls_model("initial-exec")));

struct fault {
    const void *address;
    uintptr_t ip;
    void *context;
    struct mpg__need need;
};

static void begin_tale(const struct mpg__need *need, uint32_t missing,
                       uint32_t away)
{
    if (need->page == MPG_NO_PAGE || hold.told.tale)
        return;
    hold.told.tale = mpg__advice_tale(need->region, need->page, need->access,
                                      need->count - missing, away);
    hold.told.region = need->region;
    hold.told.away = away;
    if (hold.told.tale)
        hold.told.since = mpg__now_ns();
}

static void end_tale(void)
{
    if (hold.told.tale)
        mpg__advice_took(hold.told.region, hold.told.tale, hold.told.away,
                         hold.told.since);
    hold.told.tale = MPG_TALE_NONE;
}

/* The access is made, or will be in a moment. */
static void let_go(const struct mpg__need *need)
{
    if (hold.keep_ns && need->page == MPG_NO_PAGE)
        mpg__keep(need, hold.keep_ns);
    else
        mpg__need_release(need);
}

static void unpin_all(void)
{
    end_tale();
    for (uint32_t i = 0; i < hold.count; i++)
        let_go(&hold.needs[i]);
    hold.count = 0;
    hold.keep_ns = 0;
    hold.is_stepping = false;
    hold.is_loop = false;
}

/* Puts need in its place among the needs; the pins are as before. */
static uint32_t insert(const struct mpg__need *need)
{
    uint32_t at = 0;
    while (at < hold.count && mpg__need_is_before(&hold.needs[at], need))
        at++;
    if (at < hold.count && mpg__need_is_same(&hold.needs[at], need)) {
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
    bool are_here = true;
    for (uint32_t i = 0; i < hold.count; i++)
        are_here = mpg__need_have(&hold.needs[i]) && are_here;
    return are_here;
}

/* The stepped instruction needs one more.  Everything pinned is let go and
 * pinned again in order, until all of it is here at once. */
static void obtain_together(const struct mpg__need *need)
{
    for (uint32_t i = 0; i < hold.count; i++)
        mpg__need_release(&hold.needs[i]);
    insert(need);
    for (;;) {
        for (uint32_t i = 0; i < hold.count; i++) {
            mpg__need_pin(&hold.needs[i]);
            mpg__need_take(&hold.needs[i]);
        }
        if (have_all())
            return;
        for (uint32_t i = 0; i < hold.count; i++)
            mpg__need_release(&hold.needs[i]);
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

static bool enters_kernel(const unsigned char *code)
{
    return code[0] == 0x0f && code[1] == 0x05; /* syscall */
}

/* Whether the thread is still in a loop that may keep what it has. */
static bool goes_on(uintptr_t ip)
{
    if (hold.count != 1 || hold.needs[0].page == MPG_NO_PAGE ||
        ip - hold.ip + LOOP_BYTES > 2 * LOOP_BYTES ||
        enters_kernel((const unsigned char *)ip) ||
        mpg__now_ns() > hold.loop_end)
        return false;
    hold.is_loop = true;
    return true;
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
    if (hold.is_stepping && ip == hold.ip && !hold.is_loop &&
        ++hold.steps < STEPS_MAX)
        return true;
    if (hold.is_stepping && goes_on(ip))
        return true;
    mpg__fault_abandon();
    set_trap(context, false);
    hold.ip = 0; /* It has run: a next fault there is a new one. */
    return true;
}

static void count_fault(const struct fault *fault, uint32_t missing)
{
    const struct mpg__need *need = &fault->need;
    if (!missing)
        return;
    if (mpg__explain_is_on)
        mpg__explain_fault(need, fault->address, fault->ip);
    if (need->access == MPG_ACCESS_WRITE)
        mpg__engine.counts.write_faults++;
    else
        mpg__engine.counts.read_faults++;
}

/* Whether the same instruction has come for the same minipage lately; and
 * remembers that it has. */
static bool note_fault(uintptr_t ip, const struct mpg__need *need)
{
    if (hold.ip != ip) {
        hold.ip = ip;
        hold.recent_count = 0;
    }
    uint32_t known = hold.recent_count < RECENT ? hold.recent_count : RECENT;
    for (uint32_t i = 0; i < known; i++)
        if (mpg__need_is_same(&hold.recent[i], need))
            return true;
    hold.recent[hold.recent_count++ % RECENT] = *need;
    return false;
}

/* It comes again and again, and nothing was missing. */
static void check_kernel(uint32_t missing, bool is_repeated,
                         const void *address)
{
    if (missing || !is_repeated)
        hold.spurious = 0;
    else if (++hold.spurious > SPURIOUS_MAX)
        mpg__fatal("the kernel refuses access to %p although its minipage is "
                   "here: is memory exhausted?",
                   address);
}

/* The request leaves as soon as it can: what is not about this minipage is
 * seen to while it is under way.  Only what else is asked for in the same
 * breath is to go with it. */
static void ask(const struct mpg__need *need)
{
    bool is_new = !mpg__copy_of(need->region, need->slot)->known;
    uint32_t first = mpg__need_ask(need, 0);
    if (first == need->count)
        return;
    uint32_t slot = need->slot + first, count = need->count - first;
    if (!mpg__ahead_is_likely(need->region, slot, count, need->access)) {
        mpg__engine_unlock();
        mpg__engine_lock();
    }
    bool is_run =
        mpg__ahead(need->region, slot, count, need->count, need->access);
    if (is_new && !is_run && need->access == MPG_ACCESS_READ)
        mpg__around(need->region, slot);
}

/* Something is missing: what to ask for, and how long to keep it. */
static void foresee(struct fault *fault)
{
    struct mpg__need *need = &fault->need;
    if (need->page == MPG_NO_PAGE)
        need->access = mpg__migrate(need, fault->address);
    hold.keep_ns = mpg__keep_fault(need, fault->address, fault->ip);
}

static void obtain_one(struct fault *fault)
{
    struct mpg__need *need = &fault->need;
    uint32_t away, missing = mpg__need_missing(need, &away);
    begin_tale(need, missing, away);
    count_fault(fault, missing);
    hold.keep_ns = 0;
    if (missing)
        foresee(fault);
    mpg__need_pin(need);
    ask(need);
    bool is_repeated = note_fault(fault->ip, need);
    check_kernel(missing, is_repeated, fault->address);
    mpg__need_take(need);
    if (missing)
        mpg__keep_came(need, hold.keep_ns);
    mpg__ahead_end();
    (void)mpg__need_have(need);
    if (!is_repeated && (hold.keep_ns || !mpg__need_is_wanted(need))) {
        let_go(need);
        end_tale();
        return;
    }
    insert(need);
    hold.is_stepping = true;
    hold.steps = 0;
    hold.loop_end = mpg__now_ns() + LOOP_NS;
    set_trap(fault->context, true);
}

/* One more that the stepped instruction needs. */
static void obtain_more(const struct fault *fault)
{
    uint32_t away, missing = mpg__need_missing(&fault->need, &away);
    count_fault(fault, missing);
    check_kernel(missing, note_fault(fault->ip, &fault->need), fault->address);
    obtain_together(&fault->need);
}

/* A loop that was kept going needs something else now. */
static void end_loop(void *context)
{
    unpin_all();
    if (((ucontext_t *)context)->uc_mcontext.gregs[REG_EFL] & MPG_TRAP_FLAG)
        set_trap(context, false);
}

bool mpg__fault(const void *address, bool is_write, void *context)
{
    struct fault fault = {
        .address = address,
        .context = context,
        .ip = (uintptr_t)((ucontext_t *)context)->uc_mcontext.gregs[REG_RIP],
        .need.access = is_write ? MPG_ACCESS_WRITE : MPG_ACCESS_READ};
    if (mpg__services.check)
        mpg__services.check(address);
    if (!mpg__need_at(address, fault.ip, &fault.need))
        return false;
    if (!atomic_load(&mpg__engine_is_started))
        mpg__engine_start();
    uint64_t begun = mpg__waited_begin();
    mpg__engine_lock();
    if (hold.is_loop)
        end_loop(context);
    if (fault.need.page == MPG_NO_PAGE) {
        mpg__composed_show(fault.need.region, fault.need.slot);
        if (mpg__publish_undo(fault.need.region, fault.need.slot))
            hold.spurious = 0;
    }
    if (hold.is_stepping && hold.ip == fault.ip) {
        obtain_more(&fault);
    } else {
        /* A handler that jumped away never came to its trap. */
        if (hold.is_stepping)
            unpin_all();
        obtain_one(&fault);
    }
    if (mpg__explain_is_on)
        mpg__explain_served();
    mpg__engine_unlock();
    mpg__waited_end(begun);
    return true;
}

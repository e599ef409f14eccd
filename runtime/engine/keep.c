/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Keeping for a moment what hosts take from each other all the time.
 *
 * Two hosts that write to different parts of one minipage at the same time pass
 * it to and fro.  The protocol lets each make the access that it asked for, and
 * no more: a loop over such a part has all of the minipage sent for each of its
 * elements.  When this host's program comes back for a minipage that it has
 * just lost, sooner than a fault takes, it was in the midst of something.  The
 * next time the minipage is *kept* when it has come: its pin stays for a moment
 * behind the access, and the loop goes on meanwhile as if it were alone.
 *
 * How long is found out for each minipage: twice as long each time that the
 * program comes back so soon, up to some faults' time, and half as long each
 * time that it does not; keeping what is used now and then would only have the
 * others wait.  A word that the program reads again, or changes by an atomic
 * instruction, is one by which threads wait for each other: it does not count,
 * for it is best handed on at once.
 *
 * Who waits at a barrier, or for a lock, does nothing with what it keeps, and
 * lets go of all of it.  Who waits for one more minipage will need both.  But
 * then two hosts may wait for what they keep from each other.  So a host whose
 * program waits for a minipage hands on at once what hosts before it want, and
 * keeps from those behind it what it has, and its moment does not pass: one of
 * them gets all that it needs.  That is no promise: an instruction under way
 * may have pinned what the other one waits for.  So there is an end to it,
 * GRACE_NS.
 *
 * The protocol knows nothing of all this but pins, which may take any time.
 * When another host's request has to wait for one, a timer is set, and the
 * server thread lets go.
 *
 * All of this is advice: MILLIPAGE_KEEP_US=0 turns it off and changes no
 * result.
 */
#include "base/bell.h"
#include "base/config.h"
#include "engine_internal.h"
#include "need.h"

#define KEPT_MAX 64u
#define VISITS   4096u /* minipages that are remembered, by hash */
#define PLACES   4u    /* of a visit's last accesses */
/* Times as long as a fault takes, at first and at most. */
#define KEEP_FIRST  2u
#define KEEP_FAULTS 8u
#define FAULT_NS    20000u   /* before any was seen */
#define GRACE_NS    1000000u /* several of them, on slow machines */

/* Under the engine's lock, as all of this. */
static struct kept {
    uint32_t region, slot;
    uint64_t until; /* and GRACE_NS, while the program waits */
} kept[KEPT_MAX];
static _Atomic uint32_t kept_count; /* read without the lock, too */

static uint32_t waiting;             /* threads, for minipages */
static uint64_t waiting_since;       /* the first of them, or 0 */
static uint64_t waited_ns;           /* in all */
static uint64_t faulted_ns;          /* when a thread did last */
static _Atomic uint32_t idles;       /* waits for anything else */
static uint64_t fault_ns = FAULT_NS; /* what one takes, a mean */

static int timer = -1;
static uint64_t timer_at; /* when it rings, or 0 */

/* The last faults of this host at a minipage. */
static struct visit {
    uint32_t region, slot;
    uint64_t asked; /* when it faulted last */
    uint64_t over;  /* when it was to be let go, in the program's own time */
    uint32_t idles; /* before that */
    uint32_t keep_ns;
    uint8_t access;
    uint8_t next; /* of the places, a ring: low bits of addresses */
    uint32_t places[PLACES];
} visits[VISITS];

/* How long. */

static struct visit *visit_of(const struct mpg__need *need)
{
    return &visits[mpg__hash(need->region, need->slot) % VISITS];
}

static bool was_there(const struct visit *visit, uint32_t place)
{
    for (uint32_t i = 0; i < PLACES; i++)
        if (visit->places[i] == place)
            return true;
    return false;
}

/* lock-prefixed, or xchg. */
static bool is_atomic(const unsigned char *code)
{
    if (code[0] == 0xf0)
        return true;
    if ((code[0] & 0xf0) == 0x40) /* REX */
        code++;
    return code[0] == 0x86 || code[0] == 0x87;
}

static uint32_t longer(uint32_t ns)
{
    uint64_t most = KEEP_FAULTS * fault_ns, next = 2 * (uint64_t)ns;
    if (most > mpg__config.keep_us * 1000)
        most = mpg__config.keep_us * 1000;
    if (!ns)
        next = KEEP_FIRST * fault_ns;
    return (uint32_t)(next < most ? next : most);
}

static uint32_t shorter(uint32_t ns)
{
    return ns / 2 < fault_ns ? 0 : ns / 2;
}

/* For how long it should have been kept, as its loss and this fault tell. */
static uint32_t judge(const struct visit *visit, const struct mpg__need *need,
                      uint32_t place, uintptr_t ip)
{
    bool is_signal =
        was_there(visit, place) && (need->access == MPG_ACCESS_READ ||
                                    is_atomic((const unsigned char *)ip));
    if (visit->access < need->access || visit->idles != atomic_load(&idles))
        return visit->keep_ns; /* It was not lost, or was let go. */
    if (is_signal || faulted_ns - waited_ns > visit->over + fault_ns)
        return shorter(visit->keep_ns);
    return longer(visit->keep_ns);
}

uint32_t mpg__keep_fault(const struct mpg__need *need, const void *address,
                         uintptr_t ip)
{
    struct visit *visit = visit_of(need);
    uint32_t place = (uint32_t)(uintptr_t)address;
    if (!mpg__config.keep_us)
        return 0;
    faulted_ns = mpg__now_ns();
    if (need->page != MPG_NO_PAGE)
        return 0;
    if (visit->region != need->region || visit->slot != need->slot)
        *visit = (struct visit){.region = need->region, .slot = need->slot};
    else
        visit->keep_ns = judge(visit, need, place, ip);
    visit->asked = faulted_ns;
    visit->access = need->access;
    if (!was_there(visit, place))
        visit->places[visit->next++ % PLACES] = place;
    return visit->keep_ns;
}

void mpg__keep_came(const struct mpg__need *need, uint32_t ns)
{
    struct visit *visit = visit_of(need);
    uint64_t now;
    if (!mpg__config.keep_us)
        return;
    now = mpg__now_ns();
    if (!waiting && waiting_since) {
        waited_ns += now - waiting_since;
        waiting_since = 0;
    }
    if (need->page != MPG_NO_PAGE || visit->region != need->region ||
        visit->slot != need->slot)
        return; /* Another thread has come for another one meanwhile. */
    if (!ns)    /* Else others have kept it from us. */
        fault_ns += (now - visit->asked) / 16 - fault_ns / 16;
    visit->over = now - waited_ns + ns;
    visit->idles = atomic_load(&idles);
}

/* Keeping. */

static void let_go(uint32_t i)
{
    struct kept gone = kept[i];
    uint32_t last = kept_count - 1;
    kept[i] = kept[last];
    kept_count = last;
    if (!mpg__copy_unpin(mpg__copy_of(gone.region, gone.slot)))
        mpg__step_copy(MPG_EVENT_UNPIN, gone.region, gone.slot, 0);
}

static void set_timer(uint64_t at)
{
    if (timer_at && timer_at <= at)
        return;
    timer_at = at;
    mpg__bell_set(timer, at);
}

/* Whether it was let go. */
static bool check(uint32_t i)
{
    const struct mpg__copy *copy = mpg__copy_of(kept[i].region, kept[i].slot);
    if (!copy->deferred)
        return false;
    if (waiting && copy->deferred_requester < mpg__engine.node.self) {
        let_go(i);
        return true;
    }
    set_timer(kept[i].until);
    return false;
}

static void check_all(void)
{
    for (uint32_t i = 0; i < kept_count;)
        i += !check(i);
}

static uint32_t find(uint32_t region, uint32_t slot)
{
    uint32_t i = 0;
    while (i < kept_count && (kept[i].region != region || kept[i].slot != slot))
        i++;
    return i;
}

void mpg__keep_wanted(uint32_t region, uint32_t slot)
{
    uint32_t i = find(region, slot);
    if (i < kept_count)
        (void)check(i);
}

static void let_go_of_old(uint64_t now)
{
    for (uint32_t i = 0; i < kept_count;) {
        if (now >= kept[i].until)
            let_go(i);
        else
            i++;
    }
}

void mpg__keep(const struct mpg__need *need, uint32_t ns)
{
    uint64_t now = mpg__now_ns();
    let_go_of_old(now);
    uint32_t i = find(need->region, need->slot);
    if (i < kept_count) /* One pin is enough. */
        let_go(i);
    if (kept_count == KEPT_MAX)
        let_go(0);
    kept[kept_count++] = (struct kept){need->region, need->slot, now + ns};
    mpg__keep_wanted(need->region, need->slot);
}

void mpg__keep_pause(void)
{
    if (waiting++)
        return;
    if (!waiting_since)
        waiting_since = faulted_ns;
    for (uint32_t i = 0; i < kept_count; i++)
        kept[i].until += GRACE_NS;
    check_all();
}

void mpg__keep_go_on(void)
{
    if (--waiting || !kept_count)
        return;
    uint64_t waited = mpg__now_ns() - waiting_since;
    for (uint32_t i = 0; i < kept_count; i++)
        kept[i].until += waited - GRACE_NS;
    check_all();
}

void mpg__keep_end(void)
{
    mpg__bell_answer(timer);
    mpg__engine_lock();
    timer_at = 0;
    let_go_of_old(mpg__now_ns());
    check_all();
    mpg__engine_unlock();
}

void mpg__keep_drop(void)
{
    atomic_fetch_add(&idles, 1);
    if (!atomic_load_explicit(&kept_count, memory_order_relaxed))
        return;
    mpg__engine_lock();
    while (kept_count)
        let_go(kept_count - 1);
    mpg__engine_unlock();
}

int mpg__keep_start(void)
{
    timer = mpg__bell_timer();
    return timer;
}

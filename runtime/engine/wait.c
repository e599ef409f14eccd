/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Waiting, which is the whole game: whoever waits, polls.
 *
 * One thread of a host at a time has the *role* of receiver: it alone reads
 * the connections and delivers.  A thread that waits for an answer takes the
 * role if it is free and serves whatever arrives, its own answer among it: no
 * thread has to be woken to hand it over, and an idle processor is slow to
 * wake.  It polls for a while and then sleeps in epoll.  Hosts that share a
 * processor do not burn each other's time meanwhile, for they give way at each
 * look (sched_yield), and what they wait for takes as much longer as there are
 * of them.  When nobody waits, the server thread serves (server.c).
 *
 * A waiter's state:
 *   WAITING   its thread runs, and looks at the state
 *   DONE      it has what it waits for
 *   ASLEEP    its thread sleeps in futex: whoever sets DONE must wake it
 *   IN_POLL   its thread has the role and sleeps in epoll: whoever sets DONE
 *             from another thread must kick the epoll
 */
#include <errno.h>
#include <sched.h>

#include "base/config.h"
#include "base/fatal.h"
#include "engine_internal.h"
#include "net/net.h"

enum { WAITING, DONE, ASLEEP, IN_POLL };

/* Waiters for minipages, by hash.  Under the engine's lock. */
#define BUCKETS 256u
static struct mpg__waiter *buckets[BUCKETS];

static uint64_t spin_ns;
/* More hosts than processors, or more threads of this host than it has of
 * them: who polls takes turns with who computes. */
static _Atomic bool must_yield;

static struct mpg__waiter **bucket_of(uint32_t region, uint32_t slot)
{
    return &buckets[(region * 31u + slot) % BUCKETS];
}

void mpg__waiter_add(struct mpg__waiter *waiter, uint32_t region, uint32_t slot)
{
    struct mpg__waiter **bucket = bucket_of(region, slot);
    atomic_store_explicit(&waiter->state, WAITING, memory_order_relaxed);
    waiter->region = region;
    waiter->slot = slot;
    waiter->next = *bucket;
    *bucket = waiter;
}

void mpg__waiter_wake(struct mpg__waiter *waiter)
{
    /* After this exchange the waiter, which is on its thread's stack, may be
     * gone; only its address is used. */
    uint32_t was =
        atomic_exchange_explicit(&waiter->state, DONE, memory_order_acq_rel);
    if (was == ASLEEP)
        mpg__futex_wake(&waiter->state, 1);
    else if (was == IN_POLL)
        mpg__net_kick();
}

void mpg__waiters_wake(uint32_t region, uint32_t slot)
{
    struct mpg__waiter **link = bucket_of(region, slot);
    while (*link) {
        struct mpg__waiter *waiter = *link;
        if (waiter->region == region && waiter->slot == slot) {
            *link = waiter->next;
            mpg__waiter_wake(waiter);
        } else {
            link = &waiter->next;
        }
    }
}

static bool is_done(struct mpg__waiter *waiter)
{
    return atomic_load_explicit(&waiter->state, memory_order_acquire) == DONE;
}

uint64_t mpg__now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static void relax(void)
{
    if (must_yield || mpg__threads_run())
        sched_yield();
    else
        __builtin_ia32_pause();
}

/* With one peer there is one place to look. */
#define LOOKS 8u /* for one poll, which sees the rest: room to send, timers */

/* Changes of vpages that messages have made may come later (pages.c), and have
 * time until nothing more is here: so those of a long stream become few. */
static bool is_behind; /* of who has the role */

static void catch_up(void)
{
    if (is_behind)
        mpg__pages_catch_up();
    is_behind = false;
}

static int look(unsigned tries)
{
    int delivered = mpg__net_count() == 1 && tries % LOOKS ? mpg__net_look()
                                                           : mpg__net_poll(0);
    if (delivered > 0)
        is_behind = true;
    else
        catch_up();
    return delivered;
}

/* Has the role: serves until the waiter is done. */
static void poll_until_done(struct mpg__waiter *waiter)
{
    uint64_t start = 0;
    for (unsigned tries = 1; !is_done(waiter); tries++) {
        if (look(tries) > 0) {
            start = 0; /* Where one came, more may follow. */
            continue;
        }
        if (!start) {
            start = mpg__now_ns();
            mpg__early_begin();
        }
        if (mpg__now_ns() - start < spin_ns) {
            relax();
            continue;
        }
        uint32_t expected = WAITING;
        if (atomic_compare_exchange_strong(&waiter->state, &expected,
                                           IN_POLL)) {
            if (mpg__net_poll(-1) > 0) {
                is_behind = true;
                start = 0;
            }
            expected = IN_POLL;
            atomic_compare_exchange_strong(&waiter->state, &expected, WAITING);
        }
    }
    catch_up();
}

/* What was asked for ahead comes soon, and so does what hosts ask that have
 * just passed the same barrier.  Serving that now is cheaper than a fault for
 * it, or than being interrupted for it by the server thread, twice as a rule.
 * Where it did not come in time, the next few times are not worth a try: more
 * and more of them, until it does. */
#define SKIPS_MAX 63u

static uint64_t stay_ns;
static unsigned skips, skips_next; /* of who has the role */

/* How long nothing may come, in this try. */
static uint64_t patience(void)
{
    if (!skips)
        return stay_ns;
    skips--;
    return 0;
}

static void note_stay(bool was_worth_it)
{
    uint32_t more = 2 * skips_next + 1;
    skips = was_worth_it ? 0 : skips_next;
    skips_next = was_worth_it ? 0 : more < SKIPS_MAX ? more : SKIPS_MAX;
}

/* Has the role. */
static void stay(void)
{
    if (!mpg__requests_are_open())
        return;
    uint64_t limit = patience(), start = limit ? mpg__now_ns() : 0;
    while (mpg__requests_are_open()) {
        if (look(1) > 0) {
            mpg__ahead_go_on();
            start = limit ? mpg__now_ns() : 0;
        } else if (limit && mpg__now_ns() - start < limit) {
            relax();
        } else {
            break; /* What is here already is taken in any case. */
        }
    }
    catch_up();
    if (limit)
        note_stay(!mpg__requests_are_open());
}

/* Calls that follow each other, without a wait in between, ask for parts of one
 * thing: who stayed after each of them would wait for one answer after the
 * other. */
#define SERIES_NS 50000u

static __thread uint64_t asked_last __attribute__((tls_model("initial-exec")));

void mpg__stay(void)
{
    int saved = errno; /* As in mpg__wait_minipage. */
    bool is_first = mpg__now_ns() - asked_last > SERIES_NS;
    if (is_first && mpg__requests_are_open() && mpg__role_try()) {
        mpg__alone_begin();
        stay();
        mpg__alone_end();
        mpg__role_leave();
    }
    asked_last = mpg__now_ns();
    errno = saved;
}

/* Has the role, and leaves it. */
static void serve_until_done(struct mpg__waiter *waiter)
{
    poll_until_done(waiter);
    mpg__early_end();
    stay();
    mpg__alone_end();
    mpg__role_leave();
}

static void wait_for(struct mpg__waiter *waiter)
{
    uint64_t start = 0;
    while (!is_done(waiter)) {
        if (mpg__role_try()) {
            mpg__alone_begin();
            serve_until_done(waiter);
            return;
        }
        /* Another thread serves, perhaps on this processor: the server thread
         * does.  Look for a moment, then sleep. */
        if (!start)
            start = mpg__now_ns();
        if (mpg__now_ns() - start < spin_ns) {
            sched_yield();
            continue;
        }
        uint32_t expected = WAITING;
        if (!atomic_compare_exchange_strong(&waiter->state, &expected, ASLEEP))
            continue;
        mpg__net_sleeps();
        while (atomic_load(&waiter->state) == ASLEEP)
            mpg__futex_wait(&waiter->state, ASLEEP, NULL);
        mpg__net_wakes();
    }
}

#define PAUSE_POLLS  64u      /* tries before the thread sleeps */
#define PAUSE_MIN_NS 20000u   /* of the first sleep ... */
#define PAUSE_MAX_NS 1000000u /* ... each a little longer up to this */

static void pause_once(unsigned tries)
{
    struct mpg__outside before;
    int served = 0;
    mpg__enter(&before);
    if (mpg__role_try()) {
        served = mpg__net_poll(0);
        mpg__role_leave();
    }
    mpg__leave(&before);
    if (served > 0)
        return;
    if (tries < PAUSE_POLLS) {
        sched_yield();
        return;
    }
    uint64_t ns = (uint64_t)PAUSE_MIN_NS * (tries - PAUSE_POLLS + 1);
    struct timespec rest = {.tv_nsec =
                                (long)(ns < PAUSE_MAX_NS ? ns : PAUSE_MAX_NS)};
    nanosleep(&rest, NULL);
}

__thread struct mpg__waited mpg__waited
    __attribute__((tls_model("initial-exec")));

uint64_t mpg__waited_begin(void)
{
    if (!mpg__waited.is_counting)
        return 0;
    mpg__waited.is_counting = false; /* What is within is counted with it. */
    return mpg__now_ns();
}

void mpg__waited_end(uint64_t begun)
{
    if (!begun)
        return;
    mpg__waited.is_counting = true;
    mpg__waited.ns += mpg__now_ns() - begun;
}

void mpg__pause(unsigned tries)
{
    uint64_t begun = mpg__waited_begin();
    pause_once(tries);
    mpg__waited_end(begun);
}

static void wait_and_count(struct mpg__waiter *waiter, bool has_role)
{
    int saved = errno; /* Sockets that have nothing now set it. */
    uint64_t begun = mpg__waited_begin();
    asked_last = 0;
    mpg__wait_begins();
    if (has_role)
        serve_until_done(waiter);
    else
        wait_for(waiter);
    mpg__wait_ends();
    mpg__waited_end(begun);
    errno = saved;
}

void mpg__wait_minipage(struct mpg__waiter *waiter)
{
    /* Not a wait for who asks whether this host waits now and then and so
     * serves by itself (server.c): it need not have looked at the connections.
     */
    if (is_done(waiter))
        asked_last = 0;
    else
        wait_and_count(waiter, false);
}

void mpg__wait(struct mpg__waiter *waiter)
{
    mpg__keep_drop();
    mpg__wait_minipage(waiter);
}

/* Who comes last to a barrier is to know it when he says that he is there: then
 * what he asks for leaves in the same packet.  And he has the connections for
 * himself before an answer can come, which would wake the server thread. */
bool mpg__meet(void)
{
    int saved = errno;
    if (mpg__engine.node.hosts == 1 || !mpg__role_try())
        return false;
    mpg__alone_begin();
    (void)look(1);
    errno = saved;
    return true;
}

void mpg__wait_met(struct mpg__waiter *waiter, bool has_role)
{
    mpg__keep_drop();
    if (has_role)
        wait_and_count(waiter, true);
    else
        mpg__wait_minipage(waiter);
}

void mpg__wait_threads(unsigned threads)
{
    if (threads > mpg__cores_here)
        must_yield = true;
}

void mpg__wait_start(unsigned busy_hosts_per_core)
{
    spin_ns = mpg__config.spin_us * 1000 *
              (busy_hosts_per_core ? busy_hosts_per_core : 1);
    must_yield = busy_hosts_per_core > 1;
    /* In turns with them too: a host that computed first would leave those of
     * its processor waiting for what they have to answer and to be told. */
    stay_ns = mpg__config.stay_us * 1000 *
              (busy_hosts_per_core ? busy_hosts_per_core : 1);
}

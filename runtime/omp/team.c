/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * A team over hosts: fork, barrier, join.
 *
 * A region has `threads` threads, dealt to the hosts in contiguous blocks:
 * host h has those from first_on(h) to that of h + 1.  On each host its main
 * thread has the first of them and threads of its pool the others.
 *
 * There is one kind of rendezvous.  Threads of a host arrive (`here`); a host
 * whose threads and children of the tree have all arrived tells its parent
 * (TEAM_ARRIVE).  What comes down again is either TEAM_RELEASE, and the region
 * goes on, or TEAM_START, and the next one begins.  So the end of a region and
 * the beginning of the next are the two halves of one barrier, of which the
 * main thread of host 0 does the program's sequential part in between:
 *
 *      host 0:   main ... START   region   RELEASE   region   joined ... START
 *                          |                |  ^                 ^         |
 *      others:   waiting --+      region   -+--+   region  ------+ waiting +
 *
 * Who waits where.  Threads in a region wait in `at_barrier`, also those at
 * its end: they are woken when `rounds` is counted on.  Threads that have no
 * part in the region wait in `idle` for the next (`regions`).  The main thread
 * of host 0 at a region's end is the `joiner`.  All of them wait as the engine
 * does (wait.c): they poll, serve, and then sleep.  Messages are handled by
 * whoever receives them, perhaps a thread in a page fault, under the engine's
 * lock; they only count, pass the news on and wake.
 *
 * Tasks.  A barrier is not over before all tasks are.  Each ARRIVE brings the
 * number of tasks that its subtree has ever made; when host 0 finds that there
 * are no new ones it releases at once, so that regions without tasks pay
 * nothing.  Otherwise its threads look for the end of them (task_wait.c).
 */
#include "team.h"

#include <string.h>

#include "base/fatal.h"

#define THREADS_MAX (1u << 20) /* of a region; more cannot be meant */

static struct {
    uint32_t regions; /* begun so far */
    uint32_t rounds;  /* barriers released, region starts included */
    struct mpg__start start;
    uint32_t first, count; /* threads of the region that are on this host */
    uint32_t here;         /* of them, arrived */
    uint32_t children;     /* subtrees arrived */
    uint64_t made;         /* tasks that these subtrees have made */
    uint64_t settled;      /* host 0: tasks made and done by the last barrier */
    uint64_t brought;      /* host 0: what thread 0 brings to the barrier */
    uint64_t value;        /* what it brought to the last one */
    uintptr_t place;       /* of the barrier that the first of them is at */
    bool is_complete;      /* all below have arrived */
    bool is_joining;       /* host 0: its main thread is at the region's end */
    bool is_joined;        /* and so is everybody else */
    struct mpg__waiter *at_barrier, *idle, *joiner;
} team;

static unsigned self_host(void)
{
    return mpg__engine.node.self;
}

static unsigned children_count(void)
{
    return mpg__tree_children(self_host(), mpg__engine.node.hosts);
}

static uint32_t first_on(unsigned host, const struct mpg__start *start)
{
    uint64_t threads = start->threads, hosts = start->hosts;
    return (uint32_t)(host < hosts ? (host * threads + hosts - 1) / hosts
                                   : threads);
}

/* Waiters, under the lock. */

static void wait_in(struct mpg__waiter **list, struct mpg__waiter *waiter)
{
    atomic_store_explicit(&waiter->state, 0, memory_order_relaxed);
    waiter->next = *list;
    *list = waiter;
}

static void wake_all(struct mpg__waiter **list)
{
    struct mpg__waiter *next, *waiter = *list;
    *list = NULL;
    for (; waiter; waiter = next) {
        next = waiter->next;
        mpg__waiter_wake(waiter);
    }
}

/* Adds the caller to the list and waits; has the lock before and after. */
static void sleep_in(struct mpg__waiter **list)
{
    struct mpg__waiter waiter;
    wait_in(list, &waiter);
    mpg__engine_unlock();
    mpg__wait(&waiter);
    mpg__engine_lock();
}

static void lock_team(struct mpg__outside *before)
{
    mpg__enter(before);
    mpg__engine_lock();
}

static void unlock_team(const struct mpg__outside *before)
{
    mpg__engine_unlock();
    mpg__leave(before);
}

/* Down the tree. */

static void tell_children(struct mpg__message *message, const void *payload)
{
    unsigned first = mpg__tree_first_child(self_host());
    for (unsigned i = 0; i < children_count(); i++) {
        struct mpg__message copy = *message;
        mpg__post(first + i, &copy, payload);
    }
}

static void check(void);

static void next_round(void)
{
    team.rounds++;
    team.here = team.children = 0;
    team.made = 0;
    mpg__task_share_round(team.rounds);
    team.is_complete = team.is_joining = team.is_joined = false;
    wake_all(&team.at_barrier);
    if (!team.count)
        check(); /* Nobody here will. */
}

/* A phase of the program begins (recall.c): the region, what comes behind one
 * of its barriers, or, on host 0, what comes behind the region. */
static void begin_phase(uintptr_t place)
{
    if (team.count)
        mpg__recall(place);
}

static void release(uint64_t value)
{
    struct mpg__message message = {.kind = MPG_MESSAGE_TEAM_RELEASE,
                                   .arg = value};
    team.value = value;
    tell_children(&message, NULL);
    begin_phase(team.place);
    next_round();
}

static void begin(const struct mpg__start *start)
{
    struct mpg__message message = {.kind = MPG_MESSAGE_TEAM_START,
                                   .bytes = sizeof *start};
    team.start = *start;
    team.first = first_on(self_host(), start);
    team.count = first_on(self_host() + 1, start) - team.first;
    team.regions++;
    tell_children(&message, start);
    begin_phase((uintptr_t)start->microtask);
    next_round();
    wake_all(&team.idle);
}

/* Up the tree. */

/* Host 0: everybody is here and every task is done. */
static void go_on(void)
{
    if (!team.is_joining) {
        release(team.brought);
        return;
    }
    team.is_joined = true;
    begin_phase(team.place);
    if (team.joiner)
        mpg__waiter_wake(team.joiner);
    team.joiner = NULL;
}

static void check(void)
{
    if (team.here < team.count || team.children < children_count())
        return;
    uint64_t made = team.made + mpg__tasks_made_here();
    team.is_complete = true;
    if (self_host()) {
        struct mpg__message message = {.kind = MPG_MESSAGE_TEAM_ARRIVE,
                                       .arg = made};
        mpg__post(mpg__tree_parent(self_host()), &message, NULL);
    } else if (made == team.settled) {
        go_on();
    } else {
        mpg__team_wake();
    }
}

static void arrive(void)
{
    team.here++;
    mpg_assert(team.here <= team.count);
    check();
}

/* At a barrier. */

void mpg__team_wake(void)
{
    atomic_store(&mpg__tasks_maybe, true);
    wake_all(&team.at_barrier);
    if (team.joiner)
        mpg__waiter_wake(team.joiner);
    team.joiner = NULL;
}

/* Host 0: perhaps the last task is done. */
static void look_for_the_end(void)
{
    struct mpg__outside before;
    uint64_t made;
    lock_team(&before);
    uint32_t round = team.rounds;
    bool is_complete = team.is_complete && !team.is_joined;
    unlock_team(&before);
    if (!is_complete || !mpg__tasks_are_done(&made))
        return;
    lock_team(&before);
    if (team.rounds == round && !team.is_joined) {
        team.settled = made;
        go_on();
    }
    unlock_team(&before);
}

static void tell_of_the_end(bool is_news)
{
    struct mpg__outside before;
    if (self_host() == 0) {
        look_for_the_end();
    } else if (is_news) {
        struct mpg__message quiet = {.kind = MPG_MESSAGE_TEAM_QUIET};
        lock_team(&before);
        mpg__post(0, &quiet, NULL);
        unlock_team(&before);
    }
}

/* Runs tasks while there are any; without the lock. */
static void look_for_tasks(void)
{
    while (mpg__tasks_run_one())
        ;
    bool is_news = mpg__self.has_had_tasks;
    mpg__self.has_had_tasks = false;
    if (mpg__tasks_rest())
        tell_of_the_end(is_news);
}

void mpg__team_look_again(void)
{
    mpg__task_counts_settle();
    tell_of_the_end(true);
}

/* Arrives, and waits for the next round, or, as the joiner, for the others. */
static void meet(bool is_joiner, uintptr_t place)
{
    struct mpg__outside before;
    mpg__output_flush();
    mpg__tasks_arrive();
    lock_team(&before);
    uint32_t round = team.rounds;
    /* Threads may come to one barrier from two places, as after a reduction. */
    if (mpg__self.frame->tid == team.first)
        team.place = place;
    if (is_joiner)
        team.is_joining = true;
    bool is_last_here = team.here + 1 == team.count;
    arrive();
    if (is_last_here) {
        mpg__engine_unlock(); /* Others may go on meanwhile. */
        mpg__publish();
        mpg__engine_lock();
    }
    while (team.rounds == round && !(is_joiner && team.is_joined)) {
        if (atomic_load(&mpg__tasks_maybe) || mpg__self.has_had_tasks) {
            unlock_team(&before);
            look_for_tasks();
            lock_team(&before);
        } else if (is_joiner) {
            sleep_in(&team.joiner);
        } else {
            sleep_in(&team.at_barrier);
        }
    }
    unlock_team(&before);
}

uint64_t mpg__team_barrier(uintptr_t place, uint64_t value)
{
    if (mpg__self.frame->tid == 0)
        team.brought = value;
    meet(false, place);
    return team.value; /* The next one comes when all have read it. */
}

void mpg__team_join(void)
{
    /* No barrier has that place: the function begins a byte before. */
    meet(mpg__self.frame->tid == 0, (uintptr_t)team.start.microtask + 1);
}

/* Regions. */

void mpg__team_start(const struct mpg__start *start)
{
    struct mpg__outside before;
    lock_team(&before);
    begin(start);
    unlock_team(&before);
}

bool mpg__team_next(uint32_t slot, uint32_t *seen, struct mpg__start *start,
                    uint32_t *tid)
{
    struct mpg__outside before;
    lock_team(&before);
    while (team.regions == *seen)
        sleep_in(&team.idle);
    *seen = team.regions;
    *start = team.start;
    *tid = team.first + slot;
    bool is_in = slot < team.count;
    unlock_team(&before);
    return is_in;
}

uint32_t mpg__team_here(uint32_t *first)
{
    *first = team.first;
    return team.count;
}

uint32_t mpg__team_threads(void)
{
    return team.start.threads;
}

uint32_t mpg__team_hosts(void)
{
    uint32_t threads = team.start.threads, hosts = team.start.hosts;
    return threads < hosts ? threads : hosts;
}

uint32_t mpg__team_regions(void)
{
    return team.regions;
}

/* Messages. */

static bool is_child(unsigned host)
{
    return host && mpg__tree_parent(host) == self_host();
}

static bool is_parent(unsigned host)
{
    return self_host() && mpg__tree_parent(self_host()) == host;
}

static const char *started(const struct mpg__message *message,
                           const void *payload)
{
    struct mpg__start start;
    if (message->bytes != sizeof start)
        return "it brings no region";
    memcpy(&start, payload, sizeof start);
    if (!start.microtask || !start.threads || start.threads > THREADS_MAX ||
        start.count > MPG_MICROTASK_ARGUMENTS ||
        (start.hosts != 1 && start.hosts != mpg__engine.node.hosts))
        return "it brings a region of nothing";
    if (!is_parent(message->from) || (team.regions && !team.is_complete))
        return "nobody waits for it";
    begin(&start);
    return NULL;
}

static const char *arrived(const struct mpg__message *message)
{
    if (!is_child(message->from) || team.children == children_count())
        return "nobody waits for it";
    team.children++;
    team.made += message->arg;
    check();
    return NULL;
}

const char *mpg__team_deliver(const struct mpg__message *message,
                              const void *payload)
{
    switch (message->kind) {
    case MPG_MESSAGE_TEAM_START:
        return started(message, payload);
    case MPG_MESSAGE_TEAM_ARRIVE:
        return arrived(message);
    case MPG_MESSAGE_TEAM_RELEASE:
        if (!is_parent(message->from) || !team.is_complete)
            return "nobody waits for it";
        release(message->arg);
        return NULL;
    case MPG_MESSAGE_TEAM_REDUCE:
    case MPG_MESSAGE_TEAM_REDUCED:
        return mpg__reduce_deliver(message);
    case MPG_MESSAGE_TEAM_HUNGRY:
    case MPG_MESSAGE_TEAM_WORK:
        return mpg__task_deliver(message, payload);
    case MPG_MESSAGE_TEAM_QUIET:
        if (self_host() == 0 && team.is_complete)
            mpg__team_wake();
        return NULL;
    default:
        return mpg__leave_deliver(message, payload);
    }
}

/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Tasks for hosts that have none.
 *
 * A host whose threads have found nothing to run asks others (TEAM_HUNGRY), and
 * stays in their lists (`askers`) until they have something: then they send it
 * (TEAM_WORK), the oldest half of a queue and at most FEED of them.  Whoever
 * pushes a task looks into the list; whoever receives the question looks into
 * the queues (task_queue.c), so that it need not wait for a thread that is busy
 * for long.  Of two that do so at once, sequential consistency makes sure that
 * one sees what the other has done.
 *
 * Whom to ask.  A host has lifelines to those 1, 2, 4, ... further on, round
 * the job: few, and work that is anywhere comes to everybody along them, for
 * who is on a lifeline and has nothing has asked, too, and passes on a half of
 * what it gets.  (After Saraswat et al., "Lifeline-based global load
 * balancing", PPoPP 2011.)  A host that has tasks for the first time since the
 * last barrier tells those whose lifelines lead to it, so that barriers of a
 * team without tasks pay nothing.
 *
 * A thread that waits inside a task may only run that one's descendants, and
 * the task that it waits for may be in a queue of any host, all of whose
 * threads wait for something else.  So after its lifelines and those that have
 * had tasks of this host, it asks one host after the other, and a queue is told
 * from its entries alone: their ancestors are in them.
 *
 * Tasks may be too small to be sent: what they use has to come, too, and go
 * back, and takes longer than they do.  So a host notes how long it has
 * computed with those that came last and how long it has waited for minipages
 * and locks.  If the one is not PAYS times the other, it asks again only after
 * a pause, so much longer than what was lost that the others go on undisturbed
 * most of the time.  PAYS is more than 1 because of what it does not see: they
 * wait, too, until they have their data back.  (MILLIPAGE_WEIGH=0: no pauses.)
 *
 * A host is in a list once, with what it asked last.  Questions belong to a
 * round of the team: later nobody waits for an answer.
 */
#include "task.h"

#include <string.h>

#include "base/config.h"
#include "millipage/boot.h"
#include "team.h"

#define FEED      5u  /* tasks in a message */
#define RECENT    4u  /* hosts remembered that have had tasks of ours */
#define ASK_AFTER 1u  /* tries, of who waits inside a task */
#define ASK_EVERY 16u /* the next host in turn */
#define PAYS      2u  /* times as long to be computed as waited */
#define PAUSES    2u  /* times what was lost */
#define PAUSE_MAX UINT64_C(1000000000) /* ns */

_Static_assert(FEED * sizeof(struct mpg__task_entry) <= MPG_MESSAGE_SMALL_MAX,
               "they fit");

/* Threads that push read `within` and `group` without the lock: what they miss
 * then is found by who has changed it (serve_all). */
struct asker {
    uint32_t host, round;
    _Atomic(struct mpg__task *) within;
    _Atomic(struct mpg__group *) group;
};

struct asked {
    bool is_open;
    uint32_t round;
    struct mpg__task_want want;
};

/* Under the engine's lock, except for what is atomic. */
static struct {
    uint32_t round;
    struct asker askers[MPG_BOOT_HOSTS_MAX]; /* `count` of them */
    _Atomic uint32_t count;
    struct asked asked[MPG_BOOT_HOSTS_MAX]; /* of each host */
    uint32_t recent[RECENT], recent_count;  /* a ring */
    uint32_t turn;
    _Atomic bool has_told;
    _Atomic uint64_t computed, waited; /* with what came last, ns */
    uint64_t not_before;               /* to be asked again */
} share;

static unsigned hosts_count(void)
{
    return mpg__engine.node.hosts;
}

/* Giving. */

static void forget(uint32_t index)
{
    uint32_t last = atomic_load(&share.count) - 1;
    struct asker *to = &share.askers[index], *from = &share.askers[last];
    to->host = from->host;
    to->round = from->round;
    atomic_store(&to->within, atomic_load(&from->within));
    atomic_store(&to->group, atomic_load(&from->group));
    atomic_store(&share.count, last);
}

static void send_work(unsigned host, const struct mpg__task_entry *list,
                      unsigned count)
{
    struct mpg__message message = {.kind = MPG_MESSAGE_TEAM_WORK,
                                   .bytes = (uint32_t)(count * sizeof *list)};
    mpg__post(host, &message, count ? list : NULL);
}

static bool serve(uint32_t index)
{
    struct asker *asker = &share.askers[index];
    struct mpg__task_entry list[FEED];
    struct mpg__task_want want = {atomic_load(&asker->within),
                                  atomic_load(&asker->group)};
    if (asker->round != share.round)
        return false; /* It is ahead of this host. */
    if (mpg__output_is_waiting()) {
        mpg__task_in_the_way(); /* What is printed may belong before it. */
        return false;
    }
    unsigned count = mpg__task_give(&want, list, FEED);
    if (!count)
        return false;
    send_work(asker->host, list, count);
    share.recent[share.recent_count++ % RECENT] = asker->host;
    forget(index);
    return true;
}

static void serve_all(void)
{
    for (uint32_t i = 0; i < atomic_load(&share.count);)
        if (!serve(i))
            i++;
}

static void tell(void)
{
    if (atomic_exchange(&share.has_told, true))
        return;
    for (unsigned far = 1; far < hosts_count(); far *= 2)
        send_work((mpg__engine.node.self + hosts_count() - far) % hosts_count(),
                  NULL, 0);
}

static bool is_asked_for(const struct mpg__task_entry *entry)
{
    uint32_t count = atomic_load(&share.count);
    bool is_wanted = count && !entry;
    for (uint32_t i = 0; i < count && !is_wanted; i++) {
        struct mpg__task_want want = {atomic_load(&share.askers[i].within),
                                      atomic_load(&share.askers[i].group)};
        is_wanted = mpg__task_is_wanted(entry, &want);
    }
    return is_wanted;
}

void mpg__task_offer(const struct mpg__task_entry *entry)
{
    struct mpg__outside before;
    if (hosts_count() == 1 ||
        (atomic_load(&share.has_told) && !is_asked_for(entry)))
        return;
    mpg__output_flush();
    mpg__enter(&before);
    mpg__engine_lock();
    tell();
    serve_all();
    mpg__engine_unlock();
    mpg__leave(&before);
}

void mpg__task_share_round(uint32_t round)
{
    share.round = round;
    atomic_store(&share.has_told, false);
    for (uint32_t i = 0; i < atomic_load(&share.count);)
        if ((int32_t)(share.askers[i].round - round) < 0)
            forget(i);
        else
            i++;
}

/* Asking. */

static void ask(unsigned host, const struct mpg__task_want *want)
{
    struct asked *asked = &share.asked[host];
    struct mpg__message message = {.kind = MPG_MESSAGE_TEAM_HUNGRY,
                                   .slot = share.round,
                                   .bytes = sizeof *want};
    bool is_again = asked->is_open && asked->round == share.round &&
                    asked->want.within == want->within &&
                    asked->want.group == want->group;
    if (host == mpg__engine.node.self || is_again)
        return;
    *asked = (struct asked){true, share.round, *want};
    mpg__post(host, &message, want);
}

static void ask_first(const struct mpg__task_want *want)
{
    for (unsigned far = 1; far < hosts_count(); far *= 2)
        ask((mpg__engine.node.self + far) % hosts_count(), want);
    for (unsigned i = 0; want->within && i < RECENT && i < share.recent_count;
         i++)
        ask(share.recent[i], want);
}

void mpg__task_was_foreign(uint64_t took, uint64_t waited)
{
    atomic_fetch_add(&share.computed, took > waited ? took - waited : 0);
    atomic_fetch_add(&share.waited, waited);
}

/* Whether it is too early.  Then, if that is all that is waited for, it is
 * asked when it is time. */
static bool is_pausing(const struct mpg__task_want *want)
{
    if (!mpg__config.weigh)
        return false;
    uint64_t computed = atomic_exchange(&share.computed, 0);
    uint64_t waited = atomic_exchange(&share.waited, 0);
    if (PAYS * waited > computed) {
        uint64_t pause = PAUSES * (PAYS * waited - computed);
        share.not_before =
            mpg__now_ns() + (pause < PAUSE_MAX ? pause : PAUSE_MAX);
    }
    if (!share.not_before || mpg__now_ns() >= share.not_before) {
        share.not_before = 0;
        return false;
    }
    if (!want->within)
        mpg__alarm_set(share.not_before);
    return true;
}

void mpg__task_ask(const struct mpg__task_want *want, unsigned tries)
{
    struct mpg__outside before;
    bool is_first = tries == (want->within ? ASK_AFTER : 0);
    if (hosts_count() == 1 || (!is_first && (!tries || tries % ASK_EVERY)))
        return;
    mpg__enter(&before);
    mpg__engine_lock();
    if (is_pausing(want))
        ;
    else if (is_first)
        ask_first(want);
    else
        ask(share.turn++ % hosts_count(), want);
    mpg__engine_unlock();
    mpg__leave(&before);
}

/* Messages. */

static const char *asked_for(const struct mpg__message *message,
                             const void *payload)
{
    struct mpg__task_want want;
    uint32_t index = 0, count = atomic_load(&share.count);
    if (message->bytes != sizeof want)
        return "it does not say what it wants";
    memcpy(&want, payload, sizeof want);
    while (index < count && share.askers[index].host != message->from)
        index++;
    share.askers[index].host = message->from;
    share.askers[index].round = message->slot;
    atomic_store(&share.askers[index].within, want.within);
    atomic_store(&share.askers[index].group, want.group);
    if (index == count)
        atomic_store(&share.count, count + 1);
    serve_all();
    return NULL;
}

static const char *brought(const struct mpg__message *message,
                           const void *payload)
{
    struct mpg__task_entry list[FEED];
    unsigned count = message->bytes / sizeof *list;
    if (message->bytes > sizeof list || message->bytes % sizeof *list)
        return "it does not bring whole tasks";
    if (!count)
        return NULL;
    memcpy(list, payload, message->bytes);
    for (unsigned i = 0; i < count; i++)
        if (!mpg__vm_is_shared(list[i].task))
            return "a task is not in shared memory";
    share.asked[message->from].is_open = false;
    if (!mpg__task_put(list, count)) {
        send_work(message->from, list, count); /* There is no room for them. */
        return NULL;
    }
    tell();
    serve_all();
    return NULL;
}

const char *mpg__task_deliver(const struct mpg__message *message,
                              const void *payload)
{
    if (message->kind == MPG_MESSAGE_TEAM_HUNGRY)
        return asked_for(message, payload);
    const char *why = brought(message, payload);
    if (!why)
        mpg__team_wake();
    return why;
}

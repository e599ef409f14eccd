/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * The directory entry of a minipage at its home host: who has copies, whose
 * turn it is.
 *
 * States:
 *   IDLE     nothing under way
 *   READING  `reads` hosts are getting copies; more may join, unless the owner
 *            may still have write access (is_exclusive): then it must first
 *            obey one command, and the others wait
 *   WRITING  one host is becoming the only one
 *
 *          READ_REQUEST of a touched minipage, PUSH_REQUEST
 *     IDLE ------------------------------------------------> READING
 *      ^ <------------------------- last DONE ------------------+
 *      |     WRITE_REQUEST that others must answer
 *      +------------------------------------------------> WRITING
 *      ^ <------------------------- DONE --------------------+
 *
 * What needs no other host's answer is over in one step: a read or a write of
 * a minipage that nobody ever wrote (every host's own bytes, zeros or the
 * initial image, are the right ones), and an upgrade of the only copy.
 *
 * Invariants:
 *   H1  copies contains every host whose access is not none, and every host
 *       with an answer on its way that will make it so; in WRITING those
 *       excepted that have yet to answer the writer.
 *   H2  At most one command that takes access away is under way to a host:
 *       WRITING excludes everything else, and while is_exclusive only one
 *       read is under way.
 *   H3  A host gets no command for a minipage before its last answer for it.
 *       Answers sent by the home itself go the same way as its commands (P2);
 *       for answers from others the transaction stays open until DONE.
 *   H4  The owner is in copies; its bytes are the last written ones.
 *   H5  Requests are served in the order of arrival, reads that may share a
 *       turn together; so every request is served.
 *   H6  A write waits for exactly those hosts other than the requester whose
 *       bits are in copies: each answers once (`need`).
 */
#include "internal.h"

enum mpg__home_state { IDLE, READING, WRITING };

static struct mpg__hostset copies_of(const struct mpg__home *home)
{
    return (struct mpg__hostset){home->copies, home->copies_tag};
}

static void set_copies(struct mpg__home *home, struct mpg__hostset set)
{
    home->copies = set.bits;
    home->copies_tag = set.tag;
}

/* Whether host certainly has a copy, or in READING one on its way. */
static bool surely_has_copy(const struct mpg__step *step, unsigned host)
{
    const struct mpg__home *home = step->event->home;
    struct mpg__hostset copies = copies_of(home);
    return mpg__hostset_is_exact(copies) &&
           mpg__hostset_has(&step->node->sets, copies, host);
}

/* Serving one request. */

static void grant(struct mpg__step *step, enum mpg__message_kind kind,
                  unsigned host, unsigned need, unsigned flags)
{
    struct mpg__message message = mpg__say(step, kind);
    message.requester = (uint16_t)host;
    message.need = (uint16_t)need;
    message.flags = (uint8_t)flags;
    mpg__send(step, host, message);
}

static void serve_read(struct mpg__step *step, unsigned host)
{
    struct mpg__home *home = step->event->home;
    bool has_copy = surely_has_copy(step, host) ||
                    (home->is_touched && home->owner == host);
    /* A push overtook this request: its COPY is the answer.  One of ours could
     * arrive before those bytes. */
    if (has_copy && home->state == READING)
        return;
    set_copies(home, mpg__hostset_add(&step->node->sets, copies_of(home),
                                      host)); /* H1 */
    if (!home->is_touched || has_copy) {
        grant(step, MPG_MESSAGE_GRANT_READ, host, 0, 0);
        return;
    }
    struct mpg__message command = mpg__say(step, MPG_MESSAGE_SUPPLY_READ);
    command.requester = (uint16_t)host;
    command.flags = home->owner == step->node->self ? MPG_FLAG_CLOSER_SUPPLIER
                                                    : MPG_FLAG_CLOSER_REQUESTER;
    mpg__send(step, home->owner, command);
    home->state = READING;
    home->reads++;
}

static void invalidate(struct mpg__step *step, unsigned requester,
                       unsigned supplier, unsigned flags)
{
    struct mpg__action *action = mpg__act(step, MPG_ACTION_SEND_SET);
    action->set = copies_of(step->event->home);
    action->host = (uint16_t)requester;
    action->host2 = (uint16_t)supplier;
    action->message = mpg__say(step, MPG_MESSAGE_INVALIDATE);
    action->message.requester = (uint16_t)requester;
    action->message.flags = (uint8_t)flags;
}

/* Who is to say DONE when `need` hosts answer: the home's own copy, if it is
 * the only one, else the requester, who alone sees all answers. */
static unsigned closer(bool home_answers, unsigned need)
{
    return need == 1 && home_answers ? MPG_FLAG_CLOSER_SUPPLIER
                                     : MPG_FLAG_CLOSER_REQUESTER;
}

static void serve_write(struct mpg__step *step, unsigned host)
{
    struct mpg__home *home = step->event->home;
    struct mpg__hostsets *sets = &step->node->sets;
    unsigned self = step->node->self;
    struct mpg__hostset copies = copies_of(home);
    unsigned need; /* H6 */
    if (!home->is_touched || surely_has_copy(step, host)) {
        need = mpg__hostset_count_others(sets, copies, host, host);
        unsigned flags = 0;
        if (need) {
            flags = closer(mpg__hostset_has(sets, copies, self) && self != host,
                           need);
            invalidate(step, host, host, flags);
        }
        grant(step, MPG_MESSAGE_GRANT_WRITE, host, need, flags);
    } else {
        unsigned others =
            mpg__hostset_count_others(sets, copies, host, home->owner);
        need = 1 + others;
        unsigned flags = closer(home->owner == self, need);
        if (others)
            invalidate(step, host, home->owner, flags);
        struct mpg__message command = mpg__say(step, MPG_MESSAGE_SUPPLY_WRITE);
        command.requester = (uint16_t)host;
        command.need = (uint16_t)need;
        command.flags = (uint8_t)flags;
        mpg__send(step, home->owner, command);
    }
    mpg__hostset_retire(sets, copies);
    set_copies(home, mpg__hostset_only(sets, host));
    home->owner = (uint16_t)host;
    home->is_touched = 1;
    home->is_exclusive = 1;
    home->state = need ? WRITING : IDLE;
}

static void serve_push(struct mpg__step *step)
{
    struct mpg__home *home = step->event->home;
    struct mpg__node *node = step->node;
    struct mpg__hostset missing = mpg__hostset_everybody(&node->sets);
    unsigned count = node->hosts - 1u;
    if (node->hosts <= MPG_HOSTSET_BITS) {
        missing.bits &= ~home->copies;
        count = mpg__hostset_count_others(&node->sets, missing, MPG_HOST_NONE,
                                          MPG_HOST_NONE);
    }
    mpg__hostset_retire(&node->sets, copies_of(home));
    set_copies(home, mpg__hostset_everybody(&node->sets));
    if (!home->is_touched) {
        struct mpg__action *action = mpg__act(step, MPG_ACTION_SEND_SET);
        action->set = missing;
        action->host = action->host2 = MPG_HOST_NONE;
        action->message = mpg__say(step, MPG_MESSAGE_GRANT_READ);
        return;
    }
    if (!count)
        return;
    struct mpg__message command = mpg__say(step, MPG_MESSAGE_SUPPLY_PUSH);
    command.arg = missing.bits;
    command.flags = node->hosts > MPG_HOSTSET_BITS ? MPG_FLAG_ALL : 0;
    mpg__send(step, home->owner, command);
    home->state = READING;
    home->reads = (uint16_t)(home->reads + count);
}

/* Taking turns. */

/* Pushes too take turns: one counts every host that it serves, many at once
 * would be more than `reads` can count. */
static bool may_serve(const struct mpg__home *home, unsigned kind)
{
    return home->state == IDLE ||
           (kind == MPG_MESSAGE_READ_REQUEST && home->state == READING &&
            !home->is_exclusive); /* H2 */
}

static void serve(struct mpg__step *step, unsigned kind, unsigned host)
{
    if (kind == MPG_MESSAGE_READ_REQUEST)
        serve_read(step, host);
    else if (kind == MPG_MESSAGE_WRITE_REQUEST)
        serve_write(step, host);
    else
        serve_push(step);
}

static void enqueue(struct mpg__step *step, unsigned kind, unsigned host)
{
    struct mpg__node *node = step->node;
    struct mpg__home *home = step->event->home;
    uint32_t index = node->waits_free;
    if (index) {
        node->waits_free = node->waits[index].next;
    } else if (node->waits[0].next < node->waits_count) {
        index = node->waits[0].next++;
    } else {
        mpg__peer_broke(step, "more requests wait than hosts may have open");
        return;
    }
    node->waits[index] =
        (struct mpg__wait){.host = (uint16_t)host, .kind = (uint8_t)kind};
    if (home->queue_tail)
        node->waits[home->queue_tail].next = index;
    else
        home->queue_head = index;
    home->queue_tail = index;
}

static void next(struct mpg__step *step)
{
    struct mpg__node *node = step->node;
    struct mpg__home *home = step->event->home;
    uint32_t index = home->queue_head;
    if (!index || !may_serve(home, node->waits[index].kind))
        return;
    struct mpg__wait wait = node->waits[index];
    home->queue_head = wait.next;
    if (!wait.next)
        home->queue_tail = 0;
    node->waits[index].next = node->waits_free;
    node->waits_free = index;
    serve(step, wait.kind, wait.host);
    if (home->queue_head)
        mpg__act(step, MPG_ACTION_NEXT);
}

static bool is_push_waiting(const struct mpg__step *step)
{
    const struct mpg__wait *waits = step->node->waits;
    uint32_t index = step->event->home->queue_head;
    while (index && waits[index].kind != MPG_MESSAGE_PUSH_REQUEST)
        index = waits[index].next;
    return index;
}

static void request(struct mpg__step *step)
{
    const struct mpg__message *message = step->event->message;
    struct mpg__home *home = step->event->home;
    if (!home->queue_head && may_serve(home, message->kind))
        serve(step, message->kind, message->from);
    else if (message->kind == MPG_MESSAGE_PUSH_REQUEST && is_push_waiting(step))
        return; /* Nobody waits for a push: the one in line does for both. */
    else
        enqueue(step, message->kind, message->from); /* H5 */
}

static void done(struct mpg__step *step)
{
    struct mpg__home *home = step->event->home;
    bool was_read = step->event->message->flags & MPG_FLAG_WAS_READ;
    if (home->state != (was_read ? READING : WRITING)) {
        mpg__peer_broke(step, "DONE of a transaction that is not open");
        return;
    }
    if (was_read) {
        home->is_exclusive = 0; /* the owner has obeyed a SUPPLY_READ */
        if (--home->reads == 0)
            home->state = IDLE;
    } else {
        home->state = IDLE;
    }
    if (home->queue_head)
        mpg__act(step, MPG_ACTION_NEXT);
}

void mpg__home_step(struct mpg__step *step)
{
    mpg_assert(step->event->home != 0);
    mpg__hostsets_collect(&step->node->sets);
    if (step->event->kind == MPG_EVENT_NEXT)
        next(step);
    else if (step->event->message->kind == MPG_MESSAGE_DONE)
        done(step);
    else
        request(step);
}

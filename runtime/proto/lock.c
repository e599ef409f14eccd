/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * A lock: a token that goes from host to host along a line, and inside a host
 * from thread to thread.
 *
 * The home of a lock keeps only the last host in the line (`tail`); each host
 * in the line keeps its successor.  So a lock costs a few bytes a host however
 * many wait, and a hand-over under contention is one message, from the one who
 * unlocks straight to the one who waits.  A token that nobody asks for stays
 * where it was used last: the same host locks again without a message.
 *
 *   LOCK here, token here and idle  -> owned at once
 *   LOCK here, token elsewhere      -> LOCK_REQUEST to home
 *                                      home: LOCK_NEXT(us) to the old tail
 *                                      old tail: LOCK_TOKEN to us, when its
 *                                      own threads in front are served
 *
 * Invariants:
 *   L1  There is one token: is_here at one host, or one LOCK_TOKEN under way.
 *   L2  is_held implies is_here.
 *   L3  An idle token has nobody to go to: is_here and not is_held imply
 *       waiting == 0, successor == none and late == 0.
 *   L4  A host stands in the line at most once (is_asked).  Threads that come
 *       when a successor is known are `late`: they stand in line again as soon
 *       as the token has left, so that nobody is overtaken twice.
 */
#include "internal.h"

static void set_up(struct mpg__step *step)
{
    struct mpg__lock *lock = step->event->lock;
    if (lock->is_known)
        return;
    lock->is_known = 1;
    lock->is_here = step->event->home_host == step->node->self;
    lock->successor = MPG_HOST_NONE;
    lock->tail = step->event->home_host;
}

static void stand_in_line(struct mpg__step *step)
{
    step->event->lock->is_asked = 1;
    mpg__send(step, step->event->home_host,
              mpg__say(step, MPG_MESSAGE_LOCK_REQUEST));
}

/* The token is here and nobody holds it: who is next? */
static void hand_on(struct mpg__step *step)
{
    struct mpg__lock *lock = step->event->lock;
    mpg_assert(lock->is_here && !lock->is_held);
    if (lock->waiting) {
        lock->waiting--;
        lock->is_held = 1;
        mpg__act(step, MPG_ACTION_LOCK_OWNED);
        return;
    }
    if (lock->successor == MPG_HOST_NONE) {
        mpg_assert(!lock->late); /* L3 */
        return;
    }
    struct mpg__message token = mpg__say(step, MPG_MESSAGE_LOCK_TOKEN);
    token.requester = lock->successor;
    mpg__send(step, lock->successor, token);
    lock->is_here = 0;
    lock->successor = MPG_HOST_NONE;
    lock->waiting = lock->late;
    lock->late = 0;
    if (lock->waiting)
        stand_in_line(step);
}

static void want(struct mpg__step *step)
{
    struct mpg__lock *lock = step->event->lock;
    if (lock->successor != MPG_HOST_NONE) {
        lock->late++; /* L4 */
        return;
    }
    lock->waiting++;
    if (lock->is_here && !lock->is_held)
        hand_on(step);
    else if (!lock->is_here && !lock->is_asked)
        stand_in_line(step);
}

static void unlock(struct mpg__step *step)
{
    struct mpg__lock *lock = step->event->lock;
    mpg_assert(lock->is_held && lock->is_here); /* L2 */
    lock->is_held = 0;
    hand_on(step);
}

static void requested(struct mpg__step *step)
{
    struct mpg__lock *lock = step->event->lock;
    unsigned host = step->event->message->from, last = lock->tail;
    if (last == host) {
        mpg__peer_broke(step, "a host stands in a lock's line twice");
        return;
    }
    lock->tail = (uint16_t)host;
    struct mpg__message next = mpg__say(step, MPG_MESSAGE_LOCK_NEXT);
    next.requester = (uint16_t)host;
    mpg__send(step, last, next);
}

static void told_successor(struct mpg__step *step)
{
    struct mpg__lock *lock = step->event->lock;
    if (lock->successor != MPG_HOST_NONE) {
        mpg__peer_broke(step, "a second successor for a lock");
        return;
    }
    lock->successor = step->event->message->requester;
    if (lock->is_here && !lock->is_held)
        hand_on(step);
}

static void got_token(struct mpg__step *step)
{
    struct mpg__lock *lock = step->event->lock;
    if (lock->is_here || !lock->is_asked) {
        mpg__peer_broke(step, "a lock's token for a host that did not ask");
        return;
    }
    lock->is_here = 1;
    lock->is_asked = 0;
    hand_on(step);
}

void mpg__lock_step(struct mpg__step *step)
{
    mpg_assert(step->event->lock != 0);
    set_up(step);
    if (step->event->kind == MPG_EVENT_LOCK)
        want(step);
    else if (step->event->kind == MPG_EVENT_UNLOCK)
        unlock(step);
    else if (step->event->message->kind == MPG_MESSAGE_LOCK_REQUEST)
        requested(step);
    else if (step->event->message->kind == MPG_MESSAGE_LOCK_NEXT)
        told_successor(step);
    else
        got_token(step);
}

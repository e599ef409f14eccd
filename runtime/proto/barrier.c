/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * The barrier: hosts are the nodes of a tree with MPG_BARRIER_FANOUT children
 * a node, host 0 at its top.  A host whose subtree is complete tells its parent
 * (BARRIER_ARRIVE), and the release comes down the same edges.
 *
 * The edge between hosts 0 and 1 is cut: each of them is the *root* of its
 * side, and tells the other one when that side is complete.  A root whose side
 * is complete and that has heard from the other releases its own.  So two hosts
 * meet in the time of one message instead of two that follow each other, and a
 * round costs 2 (hosts - 1) messages as before.
 *
 * Invariants:
 *   B1  `children` and `is_other_here` are of the current round only: a child
 *       cannot arrive for the next before our release of this one, and the
 *       other root not before it has heard from us, who by then have all that
 *       we need to release.
 *   B2  A message carries its round, so that a peer that miscounts is found.
 */
#include "internal.h"

enum { ROOTS = 2 };

static bool is_root(unsigned host)
{
    return host < ROOTS;
}

/* The children that release() tells: host 1 is no child of host 0 here. */
static unsigned first_child(const struct mpg__node *node)
{
    return node->self ? mpg__tree_first_child(node->self) : ROOTS;
}

static unsigned end_of_children(const struct mpg__node *node)
{
    return mpg__tree_first_child(node->self) +
           mpg__tree_children(node->self, node->hosts);
}

static unsigned children_of(const struct mpg__node *node)
{
    unsigned first = first_child(node), end = end_of_children(node);
    return end > first ? end - first : 0;
}

static bool is_complete(const struct mpg__step *step)
{
    const struct mpg__barrier *barrier = step->event->barrier;
    return barrier->is_here && barrier->children == children_of(step->node);
}

static void send_round(struct mpg__step *step, unsigned host,
                       enum mpg__message_kind kind)
{
    struct mpg__message message = mpg__say(step, kind);
    message.region = 0;
    message.slot = step->event->barrier->round;
    mpg__send(step, host, message);
}

static void release(struct mpg__step *step)
{
    struct mpg__barrier *barrier = step->event->barrier;
    unsigned first = first_child(step->node);
    for (unsigned i = 0; i < children_of(step->node); i++)
        send_round(step, first + i, MPG_MESSAGE_BARRIER_RELEASE);
    *barrier = (struct mpg__barrier){.round = barrier->round + 1};
    mpg__act(step, MPG_ACTION_BARRIER_DONE);
}

/* Somebody of this side has come; it is complete once a round. */
static void check_side(struct mpg__step *step)
{
    unsigned self = step->node->self;
    if (!is_complete(step))
        return;
    if (!is_root(self))
        send_round(step, mpg__tree_parent(self), MPG_MESSAGE_BARRIER_ARRIVE);
    else if (step->node->hosts > 1)
        send_round(step, 1 - self, MPG_MESSAGE_BARRIER_ARRIVE);
    if (is_root(self) &&
        (step->event->barrier->is_other_here || step->node->hosts == 1))
        release(step);
}

static void arrived(struct mpg__step *step, unsigned from)
{
    struct mpg__barrier *barrier = step->event->barrier;
    const struct mpg__node *node = step->node;
    if (is_root(node->self) && from == 1u - node->self) {
        if (barrier->is_other_here) {
            mpg__peer_broke(step, "the other root arrives twice"); /* B1 */
            return;
        }
        barrier->is_other_here = 1;
        if (is_complete(step))
            release(step);
    } else if (from < first_child(node) || from >= end_of_children(node)) {
        mpg__peer_broke(step, "an arrival of a host that is no child");
    } else if (barrier->children == children_of(node)) {
        mpg__peer_broke(step, "more arrivals than children"); /* B1 */
    } else {
        barrier->children++;
        check_side(step);
    }
}

void mpg__barrier_step(struct mpg__step *step)
{
    struct mpg__barrier *barrier = step->event->barrier;
    const struct mpg__message *message = step->event->message;
    unsigned self = step->node->self;
    mpg_assert(barrier != 0);
    if (step->event->kind == MPG_EVENT_BARRIER) {
        mpg_assert(!barrier->is_here);
        barrier->is_here = 1;
        check_side(step);
    } else if (message->slot != barrier->round) {
        mpg__peer_broke(step, "a barrier message of another round"); /* B2 */
    } else if (message->kind == MPG_MESSAGE_BARRIER_ARRIVE) {
        arrived(step, message->from);
    } else if (is_root(self) || message->from != mpg__tree_parent(self) ||
               !is_complete(step)) {
        mpg__peer_broke(step, "a release that nobody waits for");
    } else {
        release(step);
    }
}

/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * The barrier: hosts are the nodes of a tree with MPG_BARRIER_FANOUT children
 * a node, host 0 its root.  A host whose subtree is complete tells its parent
 * (BARRIER_ARRIVE); the root's release comes down the same edges.  A round
 * costs 2 (hosts - 1) messages and twice the depth of the tree.
 *
 * Invariants:
 *   B1  `children` counts arrivals of the current round only: a child cannot
 *       arrive for the next round before our release of this one.
 *   B2  A message carries its round, so that a peer that miscounts is found.
 */
#include "internal.h"

static unsigned children_of(const struct mpg__node *node)
{
    return mpg__tree_children(node->self, node->hosts);
}

static void send_round(struct mpg__step *step, unsigned host,
                       enum mpg__message_kind kind, uint32_t round)
{
    struct mpg__message message = mpg__say(step, kind);
    message.region = 0;
    message.slot = round;
    mpg__send(step, host, message);
}

static void release(struct mpg__step *step)
{
    struct mpg__barrier *barrier = step->event->barrier;
    unsigned first = mpg__tree_first_child(step->node->self);
    for (unsigned i = 0; i < children_of(step->node); i++)
        send_round(step, first + i, MPG_MESSAGE_BARRIER_RELEASE,
                   barrier->round);
    barrier->round++;
    barrier->children = 0;
    barrier->is_here = 0;
    mpg__act(step, MPG_ACTION_BARRIER_DONE);
}

static void check(struct mpg__step *step)
{
    struct mpg__barrier *barrier = step->event->barrier;
    unsigned self = step->node->self;
    if (!barrier->is_here || barrier->children < children_of(step->node))
        return;
    if (self == 0)
        release(step);
    else
        send_round(step, mpg__tree_parent(self), MPG_MESSAGE_BARRIER_ARRIVE,
                   barrier->round);
}

void mpg__barrier_step(struct mpg__step *step)
{
    struct mpg__barrier *barrier = step->event->barrier;
    const struct mpg__message *message = step->event->message;
    mpg_assert(barrier != 0);
    if (step->event->kind == MPG_EVENT_BARRIER) {
        mpg_assert(!barrier->is_here);
        barrier->is_here = 1;
        check(step);
        return;
    }
    if (message->slot != barrier->round) {
        mpg__peer_broke(step, "a barrier message of another round"); /* B2 */
        return;
    }
    if (message->kind == MPG_MESSAGE_BARRIER_RELEASE) {
        release(step);
        return;
    }
    if (++barrier->children > children_of(step->node))
        mpg__peer_broke(step, "more arrivals than children"); /* B1 */
    else
        check(step);
}

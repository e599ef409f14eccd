/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * What the machines of this folder share: how to say an action.
 */
#ifndef MPG_PROTO_INTERNAL_H
#define MPG_PROTO_INTERNAL_H

#include "proto.h"

_Noreturn void mpg__assert_fail(const char *condition, const char *file,
                                int line);
#define mpg_assert(condition)                                                  \
    ((condition) ? (void)0 : mpg__assert_fail(#condition, __FILE__, __LINE__))

/* One step: who, about what, and the actions so far. */
struct mpg__step {
    struct mpg__node *node;
    const struct mpg__event *event;
    struct mpg__actions *out;
};

struct mpg__action *mpg__act(struct mpg__step *, enum mpg__action_kind);

/* A message about the event's minipage or lock from this host. */
struct mpg__message mpg__say(const struct mpg__step *, enum mpg__message_kind);
void mpg__send(struct mpg__step *, unsigned host, struct mpg__message);
void mpg__send_data(struct mpg__step *, unsigned host, struct mpg__message);
void mpg__peer_broke(struct mpg__step *, const char *how);

void mpg__copy_step(struct mpg__step *);
void mpg__home_step(struct mpg__step *);
void mpg__lock_step(struct mpg__step *);
void mpg__barrier_step(struct mpg__step *);

#endif

/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Protocol bugs, planted around the protocol's step: for the explorer and for
 * the simulator.
 */
#ifndef MPG_TEST_MUTATE_H
#define MPG_TEST_MUTATE_H

#include "proto/proto.h"

enum mutate_part { MUTATE_MINIPAGE, MUTATE_LOCK, MUTATE_BARRIER };

/* A small world that is large enough to show a bug. */
struct mutate_world {
    unsigned hosts, locks, threads, ops;
    enum mutate_part part;
};

/* False when there is no such bug. */
bool mutate_choose(const char *name, struct mutate_world *);
const char *mutate_what(void); /* the chosen one, in words */
void mutate_list(void);
bool mutate_bytes_are_late(void); /* a bug of the driver's, not a step's */

/* The protocol's step of one host, or what the planted bug makes of it. */
void mutate_step(struct mpg__node *, struct mpg__event *,
                 struct mpg__actions *);

#endif

/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Protocol bugs, planted around mpg__proto_step: in the explorer, and in a
 * library that only tests are linked with.
 */
#ifndef MPG_TEST_MODEL_MUTATE_H
#define MPG_TEST_MODEL_MUTATE_H

#include "proto/proto.h"

/* What a bug is in; the explorer has operations that reach it. */
enum mutate_machine { MUTATE_MINIPAGE, MUTATE_LOCK, MUTATE_BARRIER };

struct change;
struct mutation {
    const char *name;
    const char *what;
    void (*before)(struct change *);
    void (*after)(struct change *);
    /* A world that is large enough for the explorer to find it. */
    uint8_t hosts, locks, threads, ops;
    uint8_t machine; /* enum mutate_machine */
};

/* NULL when there is none of that name. */
const struct mutation *mutate_choose(const char *name);
void mutate_list(void);
bool mutate_bytes_are_late(void); /* a bug of the driver's, not a step's */

/* The step, or what the chosen bug makes of it. */
typedef void mutate_step_fn(struct mpg__node *, const struct mpg__event *,
                            struct mpg__actions *);
void mutate_step(mutate_step_fn *step, struct mpg__node *,
                 const struct mpg__event *, struct mpg__actions *);

#endif

/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * What an access needs: a run of neighbouring minipages.  It is one as a rule;
 * in the composed view (composed.c) it is all that lie on the page.  Needs that
 * an instruction has at the same time are taken in ascending order.
 *
 * All of these under the engine's lock, except mpg__need_at.
 */
#ifndef MPG_ENGINE_NEED_H
#define MPG_ENGINE_NEED_H

#include "engine.h"

#define MPG_NO_PAGE UINT32_MAX

struct mpg__need {
    uint32_t region;
    uint32_t slot, count;
    uint32_t page; /* of the composed view, or MPG_NO_PAGE */
    uint8_t access;
};

/* Of an access at address, all but `access`; false when nothing is there.  Ends
 * the run when the address is not one of its minipage (ip is for the message).
 */
bool mpg__need_at(const void *address, uintptr_t ip, struct mpg__need *);

/* The order, by place; and whether two are of the same place. */
bool mpg__need_is_before(const struct mpg__need *, const struct mpg__need *);
bool mpg__need_is_same(const struct mpg__need *, const struct mpg__need *);

/* How many of the minipages are not here; and of those, how many are not even
 * asked for. */
uint32_t mpg__need_missing(const struct mpg__need *, uint32_t *away);

/* Asks for what is missing from the i-th minipage on, as far as may be open at
 * once.  Answers which is the first that it asked for, or `count`. */
uint32_t mpg__need_ask(const struct mpg__need *, uint32_t i);

/* Pins the first minipage, so that what is asked for now stays here when it
 * comes; and the others one by one, each of which is here when that is done.
 * Gives up the lock while it waits.  And lets go of them. */
void mpg__need_pin(const struct mpg__need *);
void mpg__need_take(const struct mpg__need *);
void mpg__need_release(const struct mpg__need *);

/* Whether all of it is here now; then nothing but vpages was in the way, and
 * those of the composed view are opened. */
bool mpg__need_have(const struct mpg__need *);

/* Whether another host waits for one that is pinned. */
bool mpg__need_is_wanted(const struct mpg__need *);

#endif

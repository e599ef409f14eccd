/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * What only the files of this folder need of each other.
 */
#ifndef MPG_ENGINE_INTERNAL_H
#define MPG_ENGINE_INTERNAL_H

#include "engine.h"

/* engine.c, under the lock. */
void mpg__step_lock(enum mpg__event_kind, uint64_t id);

/* engine.c: the callbacks of net.h. */
void *mpg__engine_place(const struct mpg__message *, const char **why);
void mpg__engine_deliver(const struct mpg__message *, const void *payload);

/* threads.c, under the lock: messages of other hosts. */
void mpg__thread_asked(const struct mpg__message *, const void *call);
void mpg__thread_done(uint32_t thread);

/* start.c: the callback of net.h. */
void mpg__engine_lost(unsigned host, const char *how);

#endif

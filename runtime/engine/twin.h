/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * What this host and what the others have changed in a minipage: by a copy of
 * each (its twin) as it came, and again as it was lost.  For --explain alone,
 * which pays for it with as much memory as what it has copies of.
 *
 * Places and bytes are of the memory object.  All under the engine's lock, when
 * nobody here may write to the minipage.
 */
#ifndef MPG_ENGINE_TWIN_H
#define MPG_ENGINE_TWIN_H

#include <stdbool.h>
#include <stdint.h>

void mpg__twin_start(void);

/* This host has it for the first time, as it is now. */
void mpg__twin_take(uint64_t offset, uint64_t bytes);

/* It is asked for, having been here; finds what this host changed in it since
 * it came the last time, and takes it that the others have changed nothing. */
void mpg__twin_asked(uint64_t offset, uint64_t bytes);

/* Bytes have come for it; finds what the others changed since it was asked for
 * the last time; nothing, if it was never here. */
void mpg__twin_came(uint64_t offset, uint64_t bytes);

/* Whether it has been here. */
bool mpg__twin_is_known(uint64_t offset);

/* A bit for each MPG_WORD bytes of the object: changed. */
extern uint64_t *mpg__twin_mine, *mpg__twin_theirs;

#endif

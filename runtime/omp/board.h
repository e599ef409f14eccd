/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * What the threads of a team share, in shared memory: the same protocol keeps
 * it that keeps the program's data.  Host 0 makes the board before the first
 * region; each part that is written on its own is a minipage of its own.
 */
#ifndef MPG_OMP_BOARD_H
#define MPG_OMP_BOARD_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

/* Loops that threads may be in at once: whoever is this many ahead of the
 * slowest (nowait) waits for it. */
#define MPG_LOOPS 8u

/* One loop that is dealt out while it runs. */
struct mpg__loop_share {
    _Atomic uint64_t number; /* which loop: mpg__loop_number, or busy */
    _Atomic uint64_t next;   /* the first iteration not dealt out yet */
    _Atomic uint32_t left;   /* threads that have done with it */
    _Atomic uint32_t done;   /* doacross: that will look at no flag any more */
    _Atomic uint64_t *turn;  /* ordered: the iteration whose turn it is; in a
                                minipage of its own */
    _Atomic uint64_t *_Atomic flags; /* doacross: a bit an iteration, posted */
};

struct mpg__task_counts; /* task_count.c */
struct mpg__private_var; /* threadprivate.c */

struct mpg__board {
    struct mpg__loop_share *loops[MPG_LOOPS];
    struct mpg__task_counts **tasks;              /* one a host */
    _Atomic(struct mpg__private_var *) *privates; /* the latest one */
    char *affinity; /* affinity.c: the program's format, or NULL */
};

/* This host's; the same on all once a region has begun. */
extern struct mpg__board *mpg__board;
struct mpg__board *mpg__board_get(void); /* host 0 */

/* Zeroed shared memory, a minipage of its own; ends the run when there is
 * none. */
void *mpg__board_make(size_t bytes, const char *what);

#endif

/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * An account of what this host takes from others, variable by variable, for
 * millirun --explain: how often, at which instructions, for how long, and what
 * minipages of another size would have spared.  Nothing is kept unless
 * mpg__explain_is_on.
 */
#ifndef MPG_ENGINE_EXPLAIN_H
#define MPG_ENGINE_EXPLAIN_H

#include <stdbool.h>
#include <stdint.h>

#include "borders.h"
#include "engine.h"
#include "proto/proto.h"

#define MPG_EXPLAIN_SITES  8u  /* instructions that are kept, the busiest */
#define MPG_EXPLAIN_STEPS  8u  /* sizes that are found in the data */
#define MPG_EXPLAIN_FINER  16u /* sizes below the minipages' that are tried */
#define MPG_EXPLAIN_LEVELS 4u  /* and above: 2, 4, 8, 16 minipages in one */
#define MPG_EXPLAIN_GROUP  16u

struct mpg__need;

/* explain.c.  All under the engine's lock. */

/* A step of a minipage's copy was made; it had asked for `asked` before. */
void mpg__explain_step(const struct mpg__event *, unsigned asked);
/* A phase of the program begins (recall.c). */
void mpg__explain_phase(void);
/* This thread faults, at an instruction; and goes on. */
void mpg__explain_fault(const struct mpg__need *, const void *address,
                        uintptr_t ip);
void mpg__explain_served(void);

/* Before anything is shared. */
void mpg__explain_start(void);

/* explain_text.c: when all is over, hands it to the launcher. */
void mpg__explain_hand_in(void);

struct mpg__site {
    uintptr_t ip;
    bool is_write;
    uint64_t count, ns;
};

/* Of a variable, or of a region of the heap. */
struct mpg__account {
    uint32_t region, slot;
    bool is_used;
    bool is_all;   /* of all slots, not of this one */
    bool is_array; /* whose minipages could be larger */
    uint64_t read_faults, write_faults, ns;
    uint64_t consumed;    /* faults at what another host had changed */
    uint64_t overwritten; /* and those of instructions that only store there */
    struct mpg__site sites[MPG_EXPLAIN_SITES];
    uint64_t came;      /* minipages that came, or the right to write them */
    uint64_t first;     /* for the first time */
    uint64_t unchanged; /* others had not changed anything */
    uint64_t apart;     /* nothing that this host had changed */
    uint64_t same;      /* or consumed; the rest */
    uint64_t element;   /* the innermost's bytes, at least MPG_WORD */
    struct mpg__finer {
        uint64_t bytes;
        uint64_t spared; /* of `apart` */
        uint64_t needed; /* that would have come instead of apart and same */
    } finer[MPG_EXPLAIN_FINER]; /* the program's parts, and powers of two */
    uint32_t finer_count;
    uint64_t coarser[MPG_EXPLAIN_LEVELS]; /* that would have come back */
    struct mpg__step {
        uint64_t bytes;  /* that borders were multiples of */
        uint64_t apart;  /* since it was found, */
        uint64_t spared; /* and of those; */
        uint64_t came;   /* and, of apart and same, */
        uint64_t needed; /* instead */
    } steps[MPG_EXPLAIN_STEPS];
    uint64_t last_step; /* of the last borders */
};

/* `count` accounts, of which some are in use; and the one behind them is of all
 * that had no room, if anything came. */
struct mpg__account *mpg__explain_accounts(uint32_t *count);

#endif

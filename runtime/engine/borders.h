/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Who has written which part of a minipage, and whether smaller minipages would
 * have kept the parts apart.  Pure: bitmaps in, an answer out.
 *
 * Words are MPG_WORD bytes, numbered from the start of the variable, because
 * that is what minipages of another size would be counted from.
 */
#ifndef MPG_ENGINE_BORDERS_H
#define MPG_ENGINE_BORDERS_H

#include <stdbool.h>
#include <stdint.h>

#define MPG_WORD        4u
#define MPG_BORDERS_MAX 1024u /* that are kept; a page has fewer */

/* A border is where a part of one ends and a part of the other begins: the last
 * word of the first and the first word of the second. */
struct mpg__borders {
    bool has_mine, has_theirs;
    bool is_same; /* both have written some word, or there are more borders */
    uint64_t number; /* of the first word */
    uint32_t count;
    struct mpg__border {
        uint64_t last, next;
    } list[MPG_BORDERS_MAX];
    /* The runs of theirs, from `last` to `next`; the rest is in the last. */
    uint32_t runs;
    struct mpg__border theirs[MPG_BORDERS_MAX];
};

static inline bool mpg__bit(const uint64_t *bits, uint64_t at)
{
    return bits[at / 64] >> at % 64 & 1;
}

/* Of words first .. first + count - 1 of the bitmaps, the first of which is
 * word `number` of the variable. */
void mpg__borders_find(const uint64_t *mine, const uint64_t *theirs,
                       uint64_t first, uint64_t count, uint64_t number,
                       struct mpg__borders *);

/* Whether no minipage of so many bytes has parts of both. */
bool mpg__borders_part(const struct mpg__borders *, uint64_t bytes);

/* How many minipages of so many bytes have parts of theirs: of those that begin
 * in these words, or they would be counted again with the words before; but at
 * least one. */
uint64_t mpg__borders_theirs(const struct mpg__borders *, uint64_t bytes);

/* The greatest number of bytes that all sharp borders are multiples of; 0 when
 * there is none.  A border is sharp when only one place between whole elements
 * can be it: the end of what changed in an element need not be its end. */
uint64_t mpg__borders_step(const struct mpg__borders *, uint64_t element);

#endif

/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Copies of minipages, and bitmaps of what was changed in them.
 *
 * All of them are as large as the object, or a part of that, and cost what is
 * touched.  Bytes that are written but not changed are not seen: neither does
 * anybody need them.
 */
#include "twin.h"

#include <string.h>

#include "base/fatal.h"
#include "base/zeros.h"
#include "borders.h"
#include "vm/vm.h"

#define BITS (UINT64_C(64) * MPG_WORD) /* bytes that 64 bits stand for */

uint64_t *mpg__twin_mine, *mpg__twin_theirs;
static uint64_t *known; /* of a minipage's first word */
static char *twins;

void mpg__twin_start(void)
{
    uint64_t bitmap_bytes = mpg__vm.bytes / BITS * sizeof(uint64_t);
    twins = mpg__zeros("--explain", mpg__vm.bytes);
    mpg__twin_mine = mpg__zeros("--explain", bitmap_bytes);
    mpg__twin_theirs = mpg__zeros("--explain", bitmap_bytes);
    known = mpg__zeros("--explain", bitmap_bytes);
}

static void set(uint64_t *bits, uint64_t at, bool value)
{
    uint64_t bit = UINT64_C(1) << at % 64;
    if (value)
        bits[at / 64] |= bit;
    else
        bits[at / 64] &= ~bit;
}

static bool is_alike(uint64_t offset, uint64_t bytes)
{
    return !memcmp(twins + offset, mpg__vm.privileged + offset, bytes);
}

/* Sets the bits of words that differ from their twins, and clears the others.
 * Words at both ends may be a neighbour's, too. */
static void compare(uint64_t *bits, uint64_t offset, uint64_t bytes)
{
    uint64_t at = offset / MPG_WORD * MPG_WORD, end = offset + bytes;
    while (at < end) {
        if (at % BITS == 0 && end - at >= BITS && is_alike(at, BITS)) {
            if (bits[at / BITS])
                bits[at / BITS] = 0;
            at += BITS;
            continue;
        }
        set(bits, at / MPG_WORD, !is_alike(at, MPG_WORD));
        at += MPG_WORD;
    }
}

static void clear(uint64_t *bits, uint64_t offset, uint64_t bytes)
{
    uint64_t at = offset / MPG_WORD, end = (offset + bytes - 1) / MPG_WORD + 1;
    for (; at < end; at++)
        if (bits[at / 64])
            set(bits, at, false);
}

static void copy(uint64_t offset, uint64_t bytes)
{
    memcpy(twins + offset, mpg__vm.privileged + offset, bytes);
    set(known, offset / MPG_WORD, true);
}

bool mpg__twin_is_known(uint64_t offset)
{
    return mpg__bit(known, offset / MPG_WORD);
}

void mpg__twin_take(uint64_t offset, uint64_t bytes)
{
    if (!mpg__twin_is_known(offset))
        copy(offset, bytes);
}

void mpg__twin_asked(uint64_t offset, uint64_t bytes)
{
    if (!mpg__twin_is_known(offset))
        return;
    compare(mpg__twin_mine, offset, bytes);
    clear(mpg__twin_theirs, offset, bytes);
    copy(offset, bytes);
}

void mpg__twin_came(uint64_t offset, uint64_t bytes)
{
    if (mpg__twin_is_known(offset))
        compare(mpg__twin_theirs, offset, bytes);
    copy(offset, bytes);
}

/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Two bitmaps become a list of borders: what minipages of any size would have
 * kept apart can be told from those alone, without looking at the words again.
 */
#include "borders.h"

#include "base/gcd.h"

/* Whether all 64 words from here on are nobody's, so that a step may be as
 * long. */
static bool is_blank(const uint64_t *mine, const uint64_t *theirs, uint64_t at,
                     uint64_t end)
{
    return at % 64 == 0 && end - at >= 64 && !mine[at / 64] && !theirs[at / 64];
}

static void add(struct mpg__borders *borders, uint64_t last, uint64_t next)
{
    if (borders->count == MPG_BORDERS_MAX)
        borders->is_same = true;
    else
        borders->list[borders->count++] = (struct mpg__border){last, next};
}

static void add_theirs(struct mpg__borders *borders, uint64_t word)
{
    struct mpg__border *run = &borders->theirs[borders->runs - 1];
    if (!borders->runs ||
        (run->next + 1 != word && borders->runs < MPG_BORDERS_MAX))
        borders->theirs[borders->runs++] = (struct mpg__border){word, word};
    else
        run->next = word;
}

void mpg__borders_find(const uint64_t *mine, const uint64_t *theirs,
                       uint64_t first, uint64_t count, uint64_t number,
                       struct mpg__borders *borders)
{
    uint64_t end = first + count, last = 0;
    bool was_mine = false;
    borders->has_mine = borders->has_theirs = borders->is_same = false;
    borders->count = borders->runs = 0;
    borders->number = number;
    for (uint64_t at = first; at < end; at++) {
        if (is_blank(mine, theirs, at, end)) {
            at += 63;
            continue;
        }
        bool is_mine = mpg__bit(mine, at), is_theirs = mpg__bit(theirs, at);
        if (!is_mine && !is_theirs)
            continue;
        bool is_any = borders->has_mine || borders->has_theirs;
        borders->is_same |= is_mine && is_theirs;
        borders->has_mine |= is_mine;
        borders->has_theirs |= is_theirs;
        if (is_theirs)
            add_theirs(borders, number + at - first);
        if (is_any && is_mine != was_mine)
            add(borders, number + last - first, number + at - first);
        was_mine = is_mine;
        last = at;
    }
}

bool mpg__borders_part(const struct mpg__borders *borders, uint64_t bytes)
{
    if (borders->is_same)
        return false;
    for (uint32_t i = 0; i < borders->count; i++)
        if (borders->list[i].last * MPG_WORD / bytes ==
            borders->list[i].next * MPG_WORD / bytes)
            return false;
    return true;
}

uint64_t mpg__borders_theirs(const struct mpg__borders *borders, uint64_t bytes)
{
    uint64_t count = 0;
    uint64_t next = (borders->number * MPG_WORD + bytes - 1) / bytes;
    for (uint32_t i = 0; i < borders->runs; i++) {
        uint64_t first = borders->theirs[i].last * MPG_WORD / bytes;
        uint64_t last = borders->theirs[i].next * MPG_WORD / bytes;
        if (first < next)
            first = next;
        if (last < first)
            continue;
        count += last + 1 - first;
        next = last + 1;
    }
    return count ? count : borders->runs > 0;
}

uint64_t mpg__borders_step(const struct mpg__borders *borders, uint64_t element)
{
    uint64_t step = 0;
    for (uint32_t i = 0; i < borders->count; i++) {
        const struct mpg__border *border = &borders->list[i];
        uint64_t place = border->next * MPG_WORD / element;
        if (border->last * MPG_WORD / element + 1 == place)
            step = mpg__gcd(step, place * element);
    }
    return step;
}

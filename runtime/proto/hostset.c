/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Sets of hosts.  See hostset.h for their forms and invariants.
 */
#include "hostset.h"

#include "internal.h"

/* The pool of blocks. */

void mpg__hostsets_init(struct mpg__hostsets *sets, unsigned hosts,
                        struct mpg__sharers *blocks, uint32_t count)
{
    *sets = (struct mpg__hostsets){
        .hosts = hosts, .count = count, .used = 1, .blocks = blocks};
}

static uint32_t take_block(struct mpg__hostsets *sets)
{
    uint32_t index = sets->free;
    if (index)
        sets->free = sets->blocks[index].next;
    else if (sets->used < sets->count)
        index = sets->used++;
    return index; /* 0: the pool is exhausted */
}

static void retire(struct mpg__hostsets *sets, uint32_t first)
{
    mpg_assert(!sets->retired); /* A step gives up one set at most. */
    sets->retired = first;
}

void mpg__hostsets_collect(struct mpg__hostsets *sets)
{
    uint32_t last = sets->retired;
    if (!last)
        return;
    while (sets->blocks[last].next)
        last = sets->blocks[last].next;
    sets->blocks[last].next = sets->free;
    sets->free = sets->retired;
    sets->retired = 0;
}

/* Walking. */

static unsigned group_size(const struct mpg__hostsets *sets)
{
    return (sets->hosts + MPG_HOSTSET_BITS - 1) / MPG_HOSTSET_BITS;
}

static unsigned name_of(struct mpg__hostset set, unsigned i)
{
    return (unsigned)(set.bits >> (16 * i)) & 0xffff;
}

/* The least set bit that is not below `from`, or MPG_HOSTSET_BITS. */
static unsigned next_bit(uint64_t bits, unsigned from)
{
    if (from >= MPG_HOSTSET_BITS)
        return MPG_HOSTSET_BITS;
    bits &= ~UINT64_C(0) << from;
    unsigned bit = bits ? (unsigned)__builtin_ctzll(bits) : MPG_HOSTSET_BITS;
    return bit < MPG_HOSTSET_BITS ? bit : MPG_HOSTSET_BITS;
}

static unsigned next_name(const struct mpg__hostsets *sets,
                          struct mpg__hostset set, unsigned from)
{
    unsigned least = sets->hosts;
    for (unsigned i = 0; i < set.tag; i++)
        if (name_of(set, i) >= from && name_of(set, i) < least)
            least = name_of(set, i);
    return least;
}

static unsigned next_in_blocks(const struct mpg__hostsets *sets,
                               struct mpg__hostset set, unsigned from)
{
    uint32_t index = (uint32_t)set.bits;
    for (; index; index = sets->blocks[index].next) {
        const struct mpg__sharers *block = &sets->blocks[index];
        unsigned first = block->segment * MPG_HOSTSET_BITS;
        unsigned bit = next_bit(block->bits, from > first ? from - first : 0);
        if (bit < MPG_HOSTSET_BITS)
            return first + bit;
    }
    return sets->hosts;
}

static unsigned next_in_groups(const struct mpg__hostsets *sets,
                               struct mpg__hostset set, unsigned from)
{
    unsigned size = group_size(sets);
    unsigned group = next_bit(set.bits, from / size);
    return group == from / size ? from : group * size;
}

unsigned mpg__hostset_next(const struct mpg__hostsets *sets,
                           struct mpg__hostset set, unsigned from)
{
    unsigned host;
    if (sets->hosts <= MPG_HOSTSET_BITS)
        host = next_bit(set.bits, from);
    else if (set.tag == MPG_HOSTSET_GROUPS)
        host = next_in_groups(sets, set, from);
    else if (set.tag == MPG_HOSTSET_BLOCKS)
        host = next_in_blocks(sets, set, from);
    else
        host = next_name(sets, set, from);
    return host < sets->hosts ? host : sets->hosts;
}

/* Growing. */

/* False when it takes a block and there is none. */
static bool insert(struct mpg__hostsets *sets, uint32_t *first, unsigned host)
{
    uint32_t segment = host / MPG_HOSTSET_BITS, *link = first;
    while (*link && sets->blocks[*link].segment < segment)
        link = &sets->blocks[*link].next;
    if (!*link || sets->blocks[*link].segment != segment) {
        uint32_t index = take_block(sets);
        if (!index)
            return false;
        sets->blocks[index] =
            (struct mpg__sharers){.next = *link, .segment = segment};
        *link = index;
    }
    sets->blocks[*link].bits |= mpg__hostset_bit(host);
    return true;
}

/* The same set, and whoever shares a group with one of it. */
static struct mpg__hostset coarsen(const struct mpg__hostsets *sets,
                                   struct mpg__hostset set)
{
    struct mpg__hostset coarse = {0, MPG_HOSTSET_GROUPS};
    unsigned host = mpg__hostset_next(sets, set, 0);
    for (; host < sets->hosts; host = mpg__hostset_next(sets, set, host + 1))
        coarse.bits |= mpg__hostset_bit(host / group_size(sets));
    return coarse;
}

static struct mpg__hostset add_block(struct mpg__hostsets *sets,
                                     struct mpg__hostset set, unsigned host)
{
    uint32_t first = set.tag == MPG_HOSTSET_BLOCKS ? (uint32_t)set.bits : 0;
    bool is_room = true;
    for (unsigned i = 0; set.tag == MPG_HOSTSET_NAMES && i < set.tag; i++)
        is_room = is_room && insert(sets, &first, name_of(set, i));
    if (is_room && insert(sets, &first, host))
        return (struct mpg__hostset){first, MPG_HOSTSET_BLOCKS};
    struct mpg__hostset coarse = coarsen(sets, set);
    retire(sets, first);
    return coarse;
}

struct mpg__hostset mpg__hostset_add(struct mpg__hostsets *sets,
                                     struct mpg__hostset set, unsigned host)
{
    mpg_assert(host < sets->hosts);
    if (mpg__hostset_has(sets, set, host))
        return set;
    if (sets->hosts <= MPG_HOSTSET_BITS) {
        set.bits |= mpg__hostset_bit(host);
        return set;
    }
    if (set.tag < MPG_HOSTSET_NAMES) {
        set.bits |= (uint64_t)host << (16 * set.tag++);
        return set;
    }
    if (set.tag != MPG_HOSTSET_GROUPS)
        set = add_block(sets, set, host);
    if (set.tag == MPG_HOSTSET_GROUPS)
        set.bits |= mpg__hostset_bit(host / group_size(sets));
    return set;
}

void mpg__hostset_retire(struct mpg__hostsets *sets, struct mpg__hostset set)
{
    if (set.tag == MPG_HOSTSET_BLOCKS)
        retire(sets, (uint32_t)set.bits);
}

struct mpg__hostset mpg__hostset_everybody(const struct mpg__hostsets *sets)
{
    if (sets->hosts > MPG_HOSTSET_BITS)
        return (struct mpg__hostset){~UINT64_C(0), MPG_HOSTSET_GROUPS};
    return (struct mpg__hostset){~UINT64_C(0) >> (64 - sets->hosts), 0};
}

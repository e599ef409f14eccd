/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Asking for what lies around faults in no order.
 *
 * Programs make their data on one host, as they always have, and then all hosts
 * look things up in it: a table, a tree, a graph, the columns of a matrix.  No
 * fault tells where the next one will be, so each costs a round trip, and in
 * the end nearly all pages have come one by one.  Together they would have come
 * in a tenth of the time.
 *
 * So faults are counted in each block of BLOCK_BYTES, and with FAULTS of them
 * the rest of the block is asked for.  That is the old question of whether to
 * rent or to buy: by then they have cost about a quarter of what the rest does,
 * and if no more of it is ever used, a small multiple of them was lost.
 *
 * What counts, and what is asked for, are minipages that this host never had or
 * asked for.  So each is bought once at most, and what hosts take from each
 * other is none of this: another host that writes there takes its right back
 * once.  Only faults to read count, and none that goes on with a run, which has
 * better to offer (ahead.c).  Minipages of whole pages: who made them smaller
 * than that wants less to come along, not more.
 *
 * All of this is advice: MILLIPAGE_AROUND=0 turns it off and changes no result.
 */
#include "base/config.h"
#include "engine_internal.h"

#define BLOCK_BYTES (1u << 20) /* as ahead.c asks for at a time */
#define FAULTS      8u
#define BLOCKS      4096u /* that are remembered, by hash */

/* Under the engine's lock. */
static struct block {
    uint32_t region, number;
    uint32_t faults; /* since it was asked for */
} blocks[BLOCKS];

static struct block *block_of(uint32_t region, uint32_t number)
{
    struct block *block = &blocks[mpg__hash(region, number) % BLOCKS];
    if (block->region != region || block->number != number)
        *block = (struct block){.region = region, .number = number};
    return block;
}

/* Barriers are told nothing of it (recall.c): what turns out not to be used is
 * not to come again. */
static void ask(uint32_t number, uint32_t from, uint32_t to)
{
    const struct mpg__region *region = mpg__region_get(number);
    for (uint32_t slot = from; slot < to && slot < region->layout.slots; slot++)
        if (!region->copies[slot].known &&
            mpg__engine.requests_open < MPG_PREFETCH_MAX)
            mpg__step_copy(MPG_EVENT_WANT, number, slot, MPG_ACCESS_READ);
}

void mpg__around(uint32_t number, uint32_t slot)
{
    const struct mpg__layout *layout = &mpg__region_get(number)->layout;
    if (!mpg__config.around || layout->views > 1 ||
        layout->slot_bytes > BLOCK_BYTES)
        return;
    uint32_t slots = (uint32_t)(BLOCK_BYTES / layout->slot_bytes);
    struct block *block = block_of(number, slot / slots);
    if (++block->faults < FAULTS)
        return;
    block->faults = 0;
    uint32_t first = slot / slots * slots;
    ask(number, first, first + slots);
}

/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * What the protocol says about vpages, done in as few system calls as may be.
 *
 * A change of protection has to leave the processors' translation caches, and
 * that costs as much for one page as for many: a microsecond, or fifty under
 * some hypervisors.  So a change waits for the next one, and if that is the
 * same for the vpages behind, they become one.  All of it is done before the
 * engine's lock is given up, and thereby before any message leaves that
 * follows from it: nobody is told of what has not happened, and no data are
 * sent from a page that can still be written.  (Payloads of at most
 * MPG_MESSAGE_SMALL_MAX bytes are copied when they are posted, not when they
 * leave; send_one in engine.c sees to those.)
 */
#include "engine_internal.h"

static void (*change)(char *start, size_t bytes); /* what waits, */
static char *start;                               /* for which vpages */
static size_t bytes;

void mpg__pages_now(void)
{
    if (bytes)
        change(start, bytes);
    bytes = 0;
}

void mpg__pages_change(void (*wanted)(char *, size_t), uint32_t number,
                       uint32_t slot)
{
    const struct mpg__region *region = mpg__region_get(number);
    uintptr_t from = (uintptr_t)mpg__slot_address(region, slot);
    uintptr_t to = from + region->layout.slot_bytes;
    from &= ~(uintptr_t)(MPG_PAGE - 1);
    to = (to + MPG_PAGE - 1) & ~(uintptr_t)(MPG_PAGE - 1);
    if (bytes && wanted == change && (char *)from == start + bytes) {
        bytes += to - from;
        return;
    }
    mpg__pages_now();
    change = wanted;
    start = (char *)from;
    bytes = to - from;
}

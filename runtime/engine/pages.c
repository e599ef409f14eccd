/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * What the protocol says about vpages, done in as few system calls as may be,
 * and what it says to other hosts, not before that.
 *
 * A change of protection has to leave the processors' translation caches, and
 * that costs as much for one page as for many: a microsecond, or fifty under
 * some hypervisors.  So a change waits for the next one, and if that is the
 * same for the vpages behind, they become one.
 *
 * What follows from a change must not leave before it is made: other hosts
 * would be told of what has not happened, and data be sent from a page that
 * can still be written, which loses the write.  That a message is flushed after
 * the change is not enough, for once it is in a connection's queue any thread
 * that flushes sends it.  So messages stand *behind* the change here, and go to
 * the network when it has been made, at the latest when the engine's lock is
 * given up.
 */
#include "engine_internal.h"

#include "net/net.h"

#define BEHIND_MAX 64u /* more of them, and the change is made */

static void (*change)(char *start, size_t bytes); /* what waits, */
static char *start;                               /* for which vpages */
static size_t bytes;                              /* 0: nothing waits */

/* In order.  None when no change waits. */
static struct {
    struct mpg__message head;
    const void *payload;
    unsigned host;
} behind[BEHIND_MAX];
static uint32_t behind_count;

void mpg__pages_now(void)
{
    if (bytes)
        change(start, bytes);
    bytes = 0;
    for (uint32_t i = 0; i < behind_count; i++)
        mpg__net_send(behind[i].host, &behind[i].head, behind[i].payload);
    behind_count = 0;
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

void mpg__pages_then_send(unsigned host, const struct mpg__message *head,
                          const void *payload)
{
    /* A small payload is copied when the network gets it, and may have changed
     * by then: the change it is behind cannot wait. */
    bool is_small = payload && head->bytes <= MPG_MESSAGE_SMALL_MAX;
    if (is_small || behind_count == BEHIND_MAX)
        mpg__pages_now();
    if (!bytes) {
        mpg__net_send(host, head, payload);
        return;
    }
    behind[behind_count].head = *head;
    behind[behind_count].payload = payload;
    behind[behind_count++].host = host;
}

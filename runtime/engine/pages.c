/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * What the protocol says about vpages, done in as few system calls as may be,
 * and what it says to other hosts, not before that.
 *
 * A change of protection has to leave the processors' translation caches, and
 * that costs as much for one page as for many: a microsecond, or fifty under
 * some hypervisors.  So a change waits for the next ones, and if they are the
 * same for the vpages behind, they become one.  Neighbouring minipages that are
 * smaller than a page lie in different views; so there is a *run* of vpages for
 * each of several views at a time.  A run goes over what is protected, or
 * closed, already, as where a host asks for the rest of what it has a part of.
 *
 * What follows from a change must not leave before it is made: other hosts
 * would be told of what has not happened, and data be sent from a page that
 * can still be written, which loses the write.  That a message is flushed after
 * the change is not enough, for once it is in a connection's queue any thread
 * that flushes sends it.  So messages stand *behind* the change here, and go to
 * the network when it has been made, at the latest when the engine's lock is
 * given up.
 *
 * Nobody can tell, though, as long as nothing of this host's program can run
 * (alone.c).  Then messages go first, and the changes are made while they are
 * under way: another host waits for the messages, nobody for the changes.
 */
#include "engine_internal.h"

#include "net/net.h"

/* One for each view of minipages of 64 bytes, for the composed view, and as
 * many again, for another array or what is opened while something is closed. */
#define RUNS_MAX   136u
#define BEHIND_MAX 256u /* more of them, and the changes are made */
/* What a run goes over.  Where the kernel leaves its translation caches page by
 * page it does so for up to 33, so this costs no more than a call of its own.
 */
#define GAP_BYTES (32 * (uintptr_t)MPG_PAGE)

/* What waits: each for vpages that no other one is about, so that their order
 * does not matter. */
static struct run {
    void (*change)(char *start, size_t bytes);
    char *start, *end;
} runs[RUNS_MAX];
static uint32_t runs_count;

/* In order.  None when no change waits. */
static struct {
    struct mpg__message head;
    const void *payload;
    unsigned host;
} behind[BEHIND_MAX];
static uint32_t behind_count;

static bool delivers; /* who has the role: it may be alone */

void mpg__pages_now(void)
{
    for (uint32_t i = 0; i < runs_count; i++)
        runs[i].change(runs[i].start, (size_t)(runs[i].end - runs[i].start));
    runs_count = 0;
    for (uint32_t i = 0; i < behind_count; i++)
        mpg__net_send(behind[i].host, &behind[i].head, behind[i].payload);
    behind_count = 0;
}

/* Whether another change of one of these vpages waits. */
static bool is_met(const struct run *wanted)
{
    for (uint32_t i = 0; i < runs_count; i++)
        if (wanted->start < runs[i].end && runs[i].start < wanted->end)
            return true;
    return false;
}

/* Puts it to the run of the same change that ends where it starts, or starts
 * where it ends: hosts go through data downwards, too (ahead.c). */
static bool put_beside(const struct run *wanted)
{
    for (uint32_t i = 0; i < runs_count; i++) {
        struct run *run = &runs[i];
        if (run->change != wanted->change)
            continue;
        if (run->end == wanted->start)
            run->end = wanted->end;
        else if (run->start == wanted->end)
            run->start = wanted->start;
        else
            continue;
        return true;
    }
    return false;
}

/* Whether this change of the minipages in front of `slot`, so many bytes of
 * them, would change nothing.  One that has been asked for may be open early
 * (early.c). */
static bool are_so(void (*change)(char *, size_t), uint32_t number,
                   uint32_t slot, uint64_t bytes)
{
    const struct mpg__layout *layout = &mpg__region_get(number)->layout;
    uint64_t count = bytes / layout->slot_bytes;
    enum mpg__access access =
        change == mpg__vm.backend->protect ? MPG_ACCESS_READ : MPG_ACCESS_NONE;
    if (bytes % layout->slot_bytes || count > slot) /* Another region's. */
        return false;
    const struct mpg__copy *copies = mpg__copy_of(number, slot);
    for (uint64_t i = 1; i <= count; i++)
        if ((copies - i)->access != access || (copies - i)->asked)
            return false;
    return true;
}

/* Where the change of a minipage that starts there has to start for a run to
 * go on with it. */
static uintptr_t bridge(void (*change)(char *, size_t), uint32_t number,
                        uint32_t slot, uintptr_t start)
{
    for (uint32_t i = 0; i < runs_count; i++) {
        uintptr_t end = (uintptr_t)runs[i].end;
        struct run gap = {change, runs[i].end, (char *)start};
        if (runs[i].change == change && end < start &&
            start - end <= GAP_BYTES && !is_met(&gap) &&
            are_so(change, number, slot, start - end))
            return end;
    }
    return start;
}

static bool takes_away(void (*change)(char *, size_t))
{
    return change == mpg__vm.backend->protect ||
           change == mpg__vm.backend->close;
}

void mpg__pages_change(void (*change)(char *, size_t), uint32_t number,
                       uint32_t slot)
{
    if (mpg__early_has_made(change, number, slot))
        return;
    const struct mpg__region *region = mpg__region_get(number);
    if (region->hints[slot] & MPG_HINT_HIDDEN)
        return;
    uintptr_t from = (uintptr_t)mpg__slot_address(region, slot);
    uintptr_t to = from + region->layout.slot_bytes;
    from &= ~(uintptr_t)(MPG_PAGE - 1);
    to = (to + MPG_PAGE - 1) & ~(uintptr_t)(MPG_PAGE - 1);
    /* Else what lies in front of it is another view's. */
    if (region->layout.views == 1 && takes_away(change))
        from = bridge(change, number, slot, from);
    mpg__pages_change_at(change, (char *)from, (char *)to);
}

void mpg__pages_change_at(void (*change)(char *, size_t), char *start,
                          char *end)
{
    struct run wanted = {change, start, end};
    if (is_met(&wanted))
        mpg__pages_now();
    if (put_beside(&wanted))
        return;
    if (runs_count == RUNS_MAX)
        mpg__pages_now();
    runs[runs_count++] = wanted;
}

/* Of a minipage: such bytes stay as they are until the peer has them (net.h).
 */
static bool is_in_object(const void *payload)
{
    return (uintptr_t)payload - (uintptr_t)mpg__vm.privileged < mpg__vm.bytes;
}

/* Whether a message has to wait for changes. */
static bool must_wait(void)
{
    return runs_count && !(delivers && mpg__alone());
}

void mpg__pages_then_send(unsigned host, const struct mpg__message *head,
                          const void *payload)
{
    /* Other payloads are on the caller's stack, small, and copied when the
     * network gets them: the changes that they are behind cannot wait. */
    bool is_passing = payload && !is_in_object(payload);
    if (must_wait() && (is_passing || behind_count == BEHIND_MAX))
        mpg__pages_now();
    if (!must_wait()) {
        mpg__net_send(host, head, payload);
        return;
    }
    behind[behind_count].head = *head;
    behind[behind_count].payload = payload;
    behind[behind_count++].host = host;
}

void mpg__pages_begin(void)
{
    delivers = true;
}

void mpg__pages_end(void)
{
    if (must_wait())
        mpg__pages_now();
    delivers = false;
}

void mpg__pages_catch_up(void)
{
    mpg__mutex_lock(&mpg__engine.lock);
    mpg__pages_now();
    mpg__mutex_unlock(&mpg__engine.lock);
}

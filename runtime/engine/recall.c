/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Recalling what a phase of the program wanted the last times.
 *
 * A phase lasts from one barrier, or from the start of an OpenMP region, to the
 * next; the place in the program where it begins is its name.  Iterative
 * programs come by the same places time and again, and then want the same
 * minipages: border rows, a vector that all have written parts of, a flag.  So
 * a host keeps the list of what it had to ask for in a phase, and asks for all
 * of it when the phase begins the next time: in one packet, while other hosts
 * are in the same state, instead of fault by fault.
 *
 * Which time is like which?  Programs with two arrays that take turns at being
 * the old one and the new one want one list in even times and another in odd
 * ones.  So the last list is believed if it is like the one before it, or else
 * the one before it if that is like the one two before it; or else none.
 *
 * Nobody tells us whether what came was wanted, for there is no fault then.  So
 * an entry has credit for a number of times.  When that is used up, the
 * minipage is not asked for, on trial: if it faults, it gets twice the credit
 * of before, and if not, it is forgotten.  What another host has not taken away
 * since the last time costs nothing.  What faults although it was asked for
 * loses credit.
 *
 * All of this is advice: MILLIPAGE_RECALL=0 turns it off and changes no result.
 */
#include <stddef.h>

#include "base/config.h"
#include "engine_internal.h"
#include "explain.h"

#define PHASES_MAX   64u   /* places; what happens behind others is forgotten */
#define WANTS_MAX    1024u /* of a phase; the first ones are kept */
#define PAST         3u    /* times that are kept */
#define CREDIT_FIRST 7u    /* times, ... */
#define CREDIT_MAX   127u  /* ... after it has proved right again and again */

struct want {
    uint32_t region, slot;
    uint8_t access;
    uint8_t credit;   /* 0 of what was foreseen: on trial */
    uint8_t deserved; /* what its credit was at first */
    bool has_faulted; /* or was foreseen and has not */
};

struct list {
    uint32_t count;
    struct want wants[WANTS_MAX];
};

static struct phase {
    uintptr_t place;
    uint32_t times;
    struct list past[PAST]; /* a ring */
} phases[PHASES_MAX];

static struct phase *now; /* the phase that this host is in; NULL: none */
static struct list list;  /* what it has wanted so far */

static struct phase *phase_of(uintptr_t place)
{
    uint32_t start = (uint32_t)((place * UINT64_C(0x9e3779b97f4a7c15)) >> 32);
    for (uint32_t i = 0; i < PHASES_MAX; i++) {
        struct phase *phase = &phases[(start + i) % PHASES_MAX];
        if (!phase->place)
            phase->place = place;
        if (phase->place == place)
            return phase;
    }
    return NULL;
}

/* The list of so many times ago, 1 for the last. */
static const struct list *past(const struct phase *phase, uint32_t ago)
{
    return &phase->past[(phase->times - ago) % PAST];
}

static void add(struct want want)
{
    if (list.count < WANTS_MAX)
        list.wants[list.count++] = want;
}

/* Lists in order. */

static int compare(const struct want *a, const struct want *b)
{
    if (a->region != b->region)
        return a->region < b->region ? -1 : 1;
    return a->slot < b->slot ? -1 : a->slot > b->slot;
}

/* Shell's: we may be in a signal handler, where qsort may not be called. */
static void sort(void)
{
    static const uint32_t gaps[] = {301, 132, 57, 23, 10, 4, 1};
    for (uint32_t g = 0; g < sizeof gaps / sizeof *gaps; g++)
        for (uint32_t i = gaps[g]; i < list.count; i++) {
            struct want want = list.wants[i];
            uint32_t at = i;
            for (;
                 at >= gaps[g] && compare(&want, &list.wants[at - gaps[g]]) < 0;
                 at -= gaps[g])
                list.wants[at] = list.wants[at - gaps[g]];
            list.wants[at] = want;
        }
}

/* What was foreseen has faulted all the same.  If it was on trial, it has
 * passed: twice the credit.  If it came and was taken away before it was used,
 * the hosts contend for it, and asking early makes that worse: half, in the end
 * none, and then it is on trial every time. */
static void correct(struct want *want, const struct want *foreseen)
{
    unsigned deserved = foreseen->deserved;
    if (foreseen->credit)
        deserved /= 2;
    else if (deserved)
        deserved = deserved * 2 + 1;
    want->deserved = (uint8_t)(deserved < CREDIT_MAX ? deserved : CREDIT_MAX);
    want->credit = want->deserved ? want->deserved : 1;
}

/* What is known of a minipage in two entries. */
static void join(struct want *into, const struct want *from)
{
    const struct want *foreseen = into->has_faulted ? from : into;
    if (!foreseen->has_faulted)
        correct(into, foreseen);
    into->has_faulted = true;
    if (into->access < from->access)
        into->access = from->access;
}

/* The phase is over: its list in order, each minipage once, without those that
 * have failed their trial. */
static void close_list(void)
{
    struct list *kept = &now->past[now->times++ % PAST];
    sort();
    kept->count = 0;
    for (uint32_t i = 0; i < list.count;) {
        struct want want = list.wants[i++];
        while (i < list.count && !compare(&want, &list.wants[i]))
            join(&want, &list.wants[i++]);
        if (want.credit)
            kept->wants[kept->count++] = want;
    }
}

/* Whether most of each is in the other. */
static bool is_like(const struct list *a, const struct list *b)
{
    uint32_t common = 0, i = 0, k = 0;
    while (i < a->count && k < b->count) {
        int order = compare(&a->wants[i], &b->wants[k]);
        common += !order && a->wants[i].access == b->wants[k].access;
        i += order <= 0;
        k += order >= 0;
    }
    return common * 2 > a->count && common * 2 > b->count;
}

/* What the phase will want, or NULL if that is anybody's guess. */
static const struct list *foresee(const struct phase *phase)
{
    if (phase->times >= 2 && is_like(past(phase, 1), past(phase, 2)))
        return past(phase, 1);
    if (phase->times >= 3 && is_like(past(phase, 1), past(phase, 3)))
        return past(phase, 2);
    return NULL;
}

static void ask(const struct want *foreseen)
{
    struct want want = *foreseen;
    const struct mpg__copy *copy = mpg__copy_of(want.region, want.slot);
    want.has_faulted = false;
    if (copy->access < want.access) {
        want.credit--;
        if (want.credit && !copy->asked &&
            mpg__engine.requests_open < MPG_PREFETCH_MAX)
            mpg__step_copy(MPG_EVENT_WANT, want.region, want.slot, want.access);
    }
    add(want);
}

void mpg__recall(uintptr_t place)
{
    if (mpg__explain_is_on)
        mpg__explain_phase();
    if (!mpg__config.recall || mpg__engine.node.hosts == 1)
        return;
    if (now)
        close_list();
    list.count = 0;
    now = phase_of(place);
    const struct list *foreseen = now ? foresee(now) : NULL;
    for (uint32_t i = 0; foreseen && i < foreseen->count; i++)
        ask(&foreseen->wants[i]);
}

void mpg__recall_note(uint32_t region, uint32_t slot, enum mpg__access access)
{
    if (now)
        add((struct want){.region = region,
                          .slot = slot,
                          .access = (uint8_t)access,
                          .credit = CREDIT_FIRST,
                          .deserved = CREDIT_FIRST,
                          .has_faulted = true});
}

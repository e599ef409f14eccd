/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * How many hosts a region is worth, where OpenMP leaves that to us
 * (OMP_DYNAMIC, omp_set_dynamic).
 *
 * Some programs divide an array by rows in one loop and by columns in the next,
 * and all of it changes hands in each; others have regions of a microsecond.
 * Spread over hosts they take ten times what one host needs, and no protocol
 * mends that.  So it is found out whether all hosts together are worth it, or
 * host 0's threads are faster *alone*.
 *
 * One answer holds for all regions, since what one of them leaves on host 0 is
 * what the next one needs there.  Time is taken from the start of a region to
 * that of the next, so that the sequential part between them, which waits for
 * data as well, is in it.  A mean is kept for each kind of region, which is a
 * function, and either way.
 *
 *   Spread, what this thread computes, times the hosts, is more than it would
 *   have to compute alone: serving others, and what is in no cache since they
 *   took it, look like computing, too.  When even that is little more than the
 *   time that all of it takes, the other way is tried.
 *
 *   A *trial* goes on until what it has taken, or what the same regions took
 *   before, is EPOCH_NS.  The first time that a kind runs after a change counts
 *   for nothing: its data are elsewhere still.  The way that is clearly faster
 *   holds from then on.
 *
 *   Alone, the other way is tried now and then, since regions may grow; and
 *   sooner when much of the time goes to kinds that were never spread, for the
 *   program has come to something else.
 *
 * A trial that fails makes the time until the next one several times as long,
 * so that all of them together cost little.  A program whose hosts seldom wait
 * has none.
 */
#include "dynamic.h"

#include "engine/engine.h"
#include "millipage/boot.h"

#define KINDS    1024u /* that are remembered, by hash */
#define PROBES   8u
#define RUNS_MAX 32u /* in a mean, about */
#define EPOCH_NS 100000000u
#define UNCLEAR  16u /* epochs that a trial takes at most */
#define PAUSE    10u /* epochs between trials, at first */
#define LONGER   4u  /* times, behind one that fails */
#define SOONER   8u  /* times, where much is strange */
#define FASTER   7u  /* eighths of the time before: clearly */

enum way { SPREAD, ALONE, WAYS };

struct mean {
    uint64_t ns, runs;
};

static struct kind {
    uintptr_t microtask;
    uint32_t changes; /* of the way, when it ran last */
    struct mean took[WAYS];
} kinds[KINDS];

/* Of what ran since the last change, or epoch; ns. */
struct sums {
    uint64_t all;
    uint64_t counted, waited; /* not of those for the first time */
    uint64_t strange;         /* of kinds that never ran the other way */
    uint64_t compared, compared_with; /* of the others, and their means there */
};

static enum way way;
static bool is_trial;
static uint32_t changes = 1;
static struct sums sums;
static uint64_t pause_ns = PAUSE * (uint64_t)EPOCH_NS; /* behind a trial */
static uint64_t not_before;                            /* the next one */
static bool has_chosen;

static struct {
    struct kind *kind; /* NULL: none that we had a say in */
    uint64_t begun, waited;
} last;

static struct kind *kind_of(uintptr_t microtask)
{
    struct kind *kind = NULL;
    for (uint32_t i = 0; i < PROBES; i++) {
        kind = &kinds[(microtask / 16 + i) % KINDS];
        if (kind->microtask == microtask)
            return kind;
        if (!kind->microtask)
            break;
    }
    *kind = (struct kind){.microtask = microtask};
    return kind;
}

static void add(struct mean *mean, uint64_t ns)
{
    if (mean->runs == RUNS_MAX) {
        mean->runs /= 2;
        mean->ns /= 2;
    }
    mean->runs++;
    mean->ns += ns;
}

static void account(struct kind *kind, uint64_t took, uint64_t waited)
{
    const struct mean *other = &kind->took[way == SPREAD ? ALONE : SPREAD];
    bool is_first = kind->changes != changes;
    sums.all += took;
    kind->changes = changes;
    if (is_first)
        return;
    add(&kind->took[way], took);
    sums.counted += took;
    sums.waited += waited < took ? waited : took;
    if (other->runs) {
        sums.compared += took;
        sums.compared_with += other->ns / other->runs;
    } else {
        sums.strange += took;
    }
}

static void change(void)
{
    way = way == SPREAD ? ALONE : SPREAD;
    changes++;
}

static bool is_clear(void)
{
    return sums.compared >= EPOCH_NS || sums.compared_with >= EPOCH_NS;
}

static bool is_over(void)
{
    return is_clear() || sums.all >= UNCLEAR * (uint64_t)EPOCH_NS;
}

/* All hosts were asked for; what cannot be compared gets them. */
static bool is_better(void)
{
    if (!is_clear())
        return way == SPREAD;
    return 8 * sums.compared < FASTER * sums.compared_with;
}

static void judge(uint64_t now)
{
    is_trial = false;
    if (is_better()) {
        pause_ns = PAUSE * (uint64_t)EPOCH_NS;
    } else {
        change();
        pause_ns *= LONGER;
    }
    not_before = now + pause_ns;
}

/* Whether the other way may be worth a trial. */
static bool is_doubtful(uint64_t now)
{
    uint64_t computed = sums.counted - sums.waited;
    if (way == ALONE && 2 * sums.strange > sums.counted)
        return now >= not_before - (pause_ns - pause_ns / SOONER);
    if (way == SPREAD && 100 * computed * mpg__engine.node.hosts >=
                             MPG_BOOT_ALONE_PERCENT * sums.counted)
        return false;
    return now >= not_before;
}

static void look(uint64_t now)
{
    if (is_trial ? !is_over() : sums.counted < EPOCH_NS)
        return;
    if (is_trial) {
        judge(now);
    } else if (is_doubtful(now)) {
        is_trial = true;
        change();
    }
    sums = (struct sums){0};
}

static uint64_t begin(void (*microtask)(void))
{
    uint64_t now = mpg__now_ns(), waited = mpg__waited.ns;
    if (last.kind)
        account(last.kind, now - last.begun, waited - last.waited);
    mpg__waited.is_counting = true;
    last.kind = kind_of((uintptr_t)microtask);
    last.begun = now;
    last.waited = waited;
    return now;
}

bool mpg__dynamic_is_alone(void (*microtask)(void))
{
    has_chosen = true;
    look(begin(microtask));
    return way == ALONE;
}

bool mpg__dynamic_is_alone_now(void)
{
    return way == ALONE;
}

void mpg__dynamic_pass(void (*microtask)(void))
{
    if (mpg__explain_is_on)
        begin(microtask);
    else
        last.kind = NULL;
}

void mpg__dynamic_explain(void)
{
    if (!has_chosen)
        mpg__explain_regions(sums.counted, sums.waited);
}

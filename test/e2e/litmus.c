/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Plays litmus rounds, in batches of PLACES as litmus7 does: each has
 * minipages of its own, and the hosts meet once a batch.  A meeting for each
 * round would take longer than the round.
 *
 *   litmus [ROUNDS [SHAPE]]     all shapes in turn, or one
 *
 * A host makes the first accesses of a group of rounds, then their second
 * ones, and so on: what is between two accesses of a round is time for the
 * other hosts.  Groups of one are the tight rounds, large ones let others in.
 *
 * Which shape is played at a place, and which host has which role there,
 * changes every few batches; all hosts compute it alike.
 *
 * Outcomes are counted.  One that is forbidden ends the test.  So does, when
 * there were enough rounds, one that is allowed and was never seen: a test
 * that cannot see it asks too little.
 */
#include "litmus.h"

#include <stdbool.h>

#include "spmd.h"

enum {
    PLACES = 256,
    GROUP_MAX = 32,
    SHAPES_MAX = 8,
    HOSTS_MAX = 16,
    MEET = 8,       /* places between two meetings of a tight batch */
    STAY = 4,       /* batches with the same roles at the same places */
    ENOUGH = 10000, /* rounds of a shape that show all its outcomes */
    STALE = 3,      /* neither this round's values nor what was there */
};

struct place {
    atomic_long *variable[LITMUS_VARIABLES];
    /* Nothing is reset between rounds: each has values of its own, base + 1
     * and base + 2.  What one round has left in the page tables is where the
     * next one begins. */
    long base;
    long old[LITMUS_VARIABLES]; /* base of the values that were there */
};

typedef unsigned char place_seen[PLACES][LITMUS_STEPS];

/* What a host has seen in a batch, for who judges. */
struct sheet {
    atomic_long batch;
    place_seen seen;
};

typedef long outcome_counts[SHAPES_MAX][LITMUS_OUTCOMES];

static struct shared {
    struct sheet *sheet[HOSTS_MAX];
    outcome_counts *counts[HOSTS_MAX];
    atomic_long *variable[PLACES][LITMUS_VARIABLES];
} shared;

static struct place places[PLACES];
static outcome_counts counts; /* of what this host has judged */
static int hosts;
static const struct litmus_shape *only;
static unsigned shapes_count; /* for which there are hosts enough */
static uint64_t random_state;

static uint64_t random_next(void)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state;
}

/* The same on every host. */
static uint64_t hash(uint64_t a, uint64_t b)
{
    uint64_t mixed = (a + 1) * 0x9e3779b97f4a7c15u ^ (b + 1);
    for (int i = 0; i < 2; i++)
        mixed = (mixed ^ mixed >> 31) * 0xbf58476d1ce4e5b9u;
    return mixed ^ mixed >> 29;
}

/* Memory. */

/* Each variable comes from the heap of some host, which is its home: so those
 * of a place share pages with others, and sometimes with each other. */
static void allocate(struct shared *table)
{
    int host = mpg_host();
    for (unsigned i = 0; i < PLACES; i++)
        for (unsigned v = 0; v < LITMUS_VARIABLES; v++) {
            if (hash(i, v) % (unsigned)hosts != (unsigned)host)
                continue;
            table->variable[i][v] = mpg_malloc(sizeof(long));
            atomic_store(table->variable[i][v], 0);
        }
    table->sheet[host] = mpg_malloc(sizeof(struct sheet));
    atomic_store(&table->sheet[host]->batch, 0);
    table->counts[host] = mpg_malloc(sizeof(outcome_counts));
}

static void open_places(void)
{
    struct shared *table = spmd_malloc(sizeof *table);
    allocate(table);
    mpg_barrier();
    shared = *table;
    for (unsigned i = 0; i < PLACES; i++)
        memcpy(places[i].variable, shared.variable[i],
               sizeof places[i].variable);
}

/* The plan. */

static const struct litmus_shape *shape_at(long batch, unsigned place)
{
    unsigned number = place + (unsigned)(batch / STAY);
    return only ? only : &litmus_shapes[number % shapes_count];
}

/* Role i is that of host order[i]; some roles the shape may not have. */
static void roles_at(long batch, unsigned place, int order[HOSTS_MAX])
{
    uint64_t drawn = hash((uint64_t)(batch / STAY), place);
    for (int i = 0; i < hosts; i++) {
        int at = (int)(drawn % (uint64_t)(i + 1));
        drawn /= (uint64_t)(i + 1);
        order[i] = order[at];
        order[at] = i;
    }
}

static unsigned role_here(long batch, unsigned place)
{
    int order[HOSTS_MAX];
    unsigned role = 0;
    roles_at(batch, place, order);
    while (order[role] != mpg_host())
        role++;
    return role;
}

/* Playing. */

static unsigned char judge_value(const struct place *place, unsigned variable,
                                 long value)
{
    long written = value - place->base, old = value - place->old[variable];
    if (written == 1 || written == 2)
        return (unsigned char)written;
    return old == 1 || old == 2 || !value ? 0 : STALE;
}

/* x86 makes plain stores in order and plain loads in order; the compiler must
 * not change that either. */
static unsigned char make_access(const struct place *place,
                                 const struct litmus_access *access)
{
    atomic_long *variable = place->variable[access->variable];
    long value = place->base + access->value;
    atomic_signal_fence(memory_order_seq_cst);
    switch ((enum litmus_kind)access->kind) {
    case LITMUS_NOTHING:
        break;
    case LITMUS_LOAD:
        value = atomic_load_explicit(variable, memory_order_relaxed);
        atomic_signal_fence(memory_order_seq_cst);
        return judge_value(place, access->variable, value);
    case LITMUS_STORE:
        atomic_store_explicit(variable, value, memory_order_relaxed);
        break;
    case LITMUS_FENCED:
        atomic_store(variable, value);
        break;
    }
    atomic_signal_fence(memory_order_seq_cst);
    return 0;
}

/* What may come before an access: nothing, mostly. */
static void disturb(const struct place *place)
{
    uint64_t drawn = random_next();
    void *variable = place->variable[drawn >> 8 & 1];
    if (drawn % 8 == 0)
        for (volatile uint64_t i = drawn >> 9 & 0xff; i; i--)
            ;
    else if (drawn % 32 == 1)
        sched_yield();
    else if (drawn % 32 == 2)
        mpg_prefetch(variable, sizeof(long), drawn >> 9 & 1);
    else if (drawn % 128 == 3)
        mpg_push(variable, sizeof(long));
}

struct part {
    const struct place *place;
    const struct litmus_access *act;
    unsigned char *seen;
};

static void play_group(const struct part *parts, unsigned count)
{
    for (unsigned step = 0; step < LITMUS_STEPS; step++)
        for (unsigned i = 0; i < count; i++) {
            const struct part *part = &parts[i];
            if (part->act[step].kind == LITMUS_NOTHING)
                continue;
            disturb(part->place);
            part->seen[step] = make_access(part->place, &part->act[step]);
        }
}

/* Half of the batches are tight: groups of one, and the hosts meet again every
 * few places, since they make their accesses at the same moment best when they
 * have just met.  In the others they go far apart. */
static void play(long batch)
{
    static place_seen seen;
    memset(seen, 0, sizeof seen);
    bool is_tight = hash((uint64_t)batch, 1) % 2;
    bool is_backwards = !is_tight && random_next() % 4 == 0;
    struct part parts[GROUP_MAX];
    unsigned count = 0, group = 1;
    for (unsigned i = 0; i < PLACES; i++) {
        unsigned at = is_backwards ? PLACES - 1 - i : i;
        const struct litmus_shape *shape = shape_at(batch, at);
        unsigned role = role_here(batch, at);
        if (is_tight && i % MEET == 0)
            mpg_barrier();
        if (role < shape->roles)
            parts[count++] =
                (struct part){&places[at], shape->act[role], seen[at]};
        if (count < group && i < PLACES - 1)
            continue;
        play_group(parts, count);
        count = 0;
        group = is_tight ? 1 : 1u << random_next() % 6;
    }
    struct sheet *sheet = shared.sheet[mpg_host()];
    memcpy(sheet->seen, seen, sizeof seen);
    atomic_store(&sheet->batch, batch);
}

/* Judging. */

static void check_allowed(const struct litmus_shape *shape, long batch,
                          unsigned at, const struct litmus_round *round,
                          const char *outcome)
{
    atomic_fetch_add_explicit(&check_count, 1, memory_order_relaxed);
    if (*outcome != '!')
        return;
    fprintf(stderr, "%s, batch %ld, place %u: forbidden outcome %s; saw",
            shape->name, batch, at, outcome + 1);
    for (unsigned role = 0; role < shape->roles; role++)
        fprintf(stderr, " %d%d%d", round->seen[role][0], round->seen[role][1],
                round->seen[role][2]);
    fprintf(stderr, ", and %d%d in the end\n", round->last[0], round->last[1]);
    CHECK_END();
}

static bool is_stale(const struct litmus_shape *shape,
                     const struct litmus_round *round)
{
    for (unsigned role = 0; role < shape->roles; role++)
        for (unsigned i = 0; i < LITMUS_STEPS; i++)
            if (round->seen[role][i] == STALE)
                return true;
    for (unsigned v = 0; shape->asks_last && v < shape->variables; v++)
        if (round->last[v] != 1 && round->last[v] != 2)
            return true;
    return false;
}

static void judge_place(long batch, unsigned at, const place_seen seen[])
{
    const struct litmus_shape *shape = shape_at(batch, at);
    struct litmus_round round;
    int order[HOSTS_MAX];
    memset(&round, 0, sizeof round);
    roles_at(batch, at, order);
    for (unsigned role = 0; role < shape->roles; role++)
        memcpy(round.seen[role], seen[order[role]][at], LITMUS_STEPS);
    for (unsigned v = 0; shape->asks_last && v < shape->variables; v++)
        round.last[v] =
            judge_value(&places[at], v, atomic_load(places[at].variable[v]));
    if (is_stale(shape, &round))
        check_allowed(shape, batch, at, &round, "!stale");
    unsigned outcome = shape->outcome(&round);
    check_allowed(shape, batch, at, &round, shape->outcomes[outcome]);
    counts[shape - litmus_shapes][outcome]++;
}

/* Each host judges some places. */
static void judge(long batch)
{
    static place_seen seen[HOSTS_MAX];
    for (int i = 0; i < hosts; i++) {
        CHECK_EQ(atomic_load(&shared.sheet[i]->batch), batch);
        memcpy(seen[i], shared.sheet[i]->seen, sizeof seen[i]);
    }
    for (unsigned at = 0; at < PLACES; at++)
        if ((at + (unsigned)batch) % (unsigned)hosts == (unsigned)mpg_host())
            judge_place(batch, at, seen);
}

static void begin(long batch)
{
    for (unsigned at = 0; at < PLACES; at++) {
        for (unsigned v = 0; v < LITMUS_VARIABLES; v++)
            if (batch > 1 && v < shape_at(batch - 1, at)->variables)
                places[at].old[v] = places[at].base;
        places[at].base = 4 * batch;
    }
}

/* Half of the batches begin with copies of everything at everybody who has a
 * role, so that its writes are upgrades that must wait for the copies to be
 * dropped. */
static void warm_up(long batch)
{
    if (hash((uint64_t)batch, 0) % 2)
        return;
    for (int is_load = 0; is_load < 2; is_load++)
        for (unsigned at = 0; at < PLACES; at++) {
            const struct litmus_shape *shape = shape_at(batch, at);
            if (role_here(batch, at) >= shape->roles)
                continue;
            for (unsigned v = 0; v < shape->variables; v++)
                if (is_load)
                    (void)atomic_load(places[at].variable[v]);
                else
                    mpg_prefetch(places[at].variable[v], sizeof(long), 0);
        }
}

static void run(long rounds)
{
    open_places();
    for (long batch = 1; (batch - 1) * PLACES < rounds; batch++) {
        begin(batch);
        warm_up(batch);
        mpg_barrier();
        play(batch);
        mpg_barrier();
        judge(batch);
    }
}

/* The report. */

static long report_shape(unsigned number, const long total[LITMUS_OUTCOMES])
{
    const struct litmus_shape *shape = &litmus_shapes[number];
    long rounds = 0;
    for (unsigned i = 0; i < LITMUS_OUTCOMES; i++)
        rounds += total[i];
    if (!rounds)
        return 0;
    printf("%-4s %7ld rounds:", shape->name, rounds);
    for (unsigned i = 0; i < LITMUS_OUTCOMES && shape->outcomes[i]; i++)
        printf(*shape->outcomes[i] == '!' ? "  (%s %ld)" : "  %s %ld",
               shape->outcomes[i], total[i]);
    putchar('\n');
    fflush(stdout);
    for (unsigned i = 0; i < LITMUS_OUTCOMES && shape->outcomes[i]; i++)
        if (rounds >= ENOUGH && *shape->outcomes[i] != '!' && !total[i])
            CHECK_FAIL("%s: %s was never seen", shape->name,
                       shape->outcomes[i]);
    return rounds;
}

static void report(void)
{
    memcpy(*shared.counts[mpg_host()], counts, sizeof counts);
    mpg_barrier();
    if (mpg_host() != 0)
        return;
    long rounds = 0;
    for (unsigned shape = 0; shape < shapes_count; shape++) {
        long total[LITMUS_OUTCOMES] = {0};
        for (int i = 0; i < hosts; i++)
            for (unsigned outcome = 0; outcome < LITMUS_OUTCOMES; outcome++)
                total[outcome] += (*shared.counts[i])[shape][outcome];
        rounds += report_shape(shape, total);
    }
    printf("%ld rounds on %d hosts, no forbidden outcome\n", rounds, hosts);
}

int main(int argc, char **argv)
{
    hosts = mpg_hosts();
    random_state = hash((uint64_t)mpg_host(), 0);
    long rounds = argc > 1 ? atol(argv[1]) : 10000;
    CHECK_LE(litmus_shapes_count, SHAPES_MAX);
    CHECK_LE(hosts, HOSTS_MAX);
    for (unsigned i = 0; i < litmus_shapes_count; i++) {
        if (litmus_shapes[i].roles <= hosts)
            shapes_count = i + 1;
        if (argc > 2 && strcmp(argv[2], litmus_shapes[i].name) == 0)
            only = &litmus_shapes[i];
    }
    if (argc > 2 && !only)
        CHECK_FAIL("there is no shape %s", argv[2]);
    if (!shapes_count || (only && only->roles > hosts))
        return CHECK_SKIPPED;
    run(rounds);
    report();
    return spmd_report();
}

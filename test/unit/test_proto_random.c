/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * The protocol under random schedules.  A seed makes a small job and a way to
 * go wrong in it (slow channels, late NEXT, bytes that arrive in pieces);
 * every step is checked, and at the end everybody must have got what he
 * wanted.
 *
 *   test_proto_random              all seeds of the default run
 *   test_proto_random FIRST COUNT  others
 */
#include "check.h"
#include "prng.h"
#include "world.h"

enum { RULES = 42 }; /* rows of the table in copy.c, every one to be fired */

/* What the seed decided. */
struct plan {
    struct prng prng;
    unsigned active; /* hosts that do something of their own: 0 .. */
    unsigned busy;   /* percent of steps that start something new */
    unsigned slow;   /* percent of channels that are slow */
    unsigned pushes; /* weights of operations */
    unsigned prefetches;
    unsigned locks;
    unsigned barriers;
    unsigned writes; /* percent of accesses */
};

static struct world world;

/* A slow channel is delivered from only now and then, so that what others
 * send later arrives earlier. */
static bool is_slow(const struct plan *plan, uint32_t channel)
{
    struct prng coin = {world.seed ^ (uint64_t)channel << 32};
    return prng_below(&coin, 100) < plan->slow;
}

static bool deliver_something(struct plan *plan)
{
    if (!world.active_count)
        return false;
    uint32_t channel = 0;
    for (unsigned tries = 0; tries < 8; tries++) {
        channel = world.active[prng_below(&plan->prng, world.active_count)];
        if (!is_slow(plan, channel) || prng_below(&plan->prng, 32) == 0)
            break;
    }
    world_deliver(&world, channel);
    return true;
}

static bool run_thread(struct plan *plan, unsigned host, unsigned index)
{
    (void)plan;
    switch (world.host[host].thread[index].state) {
    case THREAD_RUNS:
        world_run(&world, host, index);
        return true;
    case THREAD_HOLDS:
        world_unlock(&world, host, index);
        return true;
    default:
        return false;
    }
}

static void start_something(struct plan *plan, unsigned host, unsigned index)
{
    struct prng *prng = &plan->prng;
    unsigned minipage = prng_below(prng, world.minipages);
    unsigned access = prng_below(prng, 100) < plan->writes ? MPG_ACCESS_WRITE
                                                           : MPG_ACCESS_READ;
    unsigned dice = prng_below(prng, 100);
    if (dice < plan->pushes)
        world_push(&world, host, minipage);
    else if ((dice -= plan->pushes) < plan->prefetches)
        world_prefetch(&world, host, minipage, access);
    else if ((dice -= plan->prefetches) < plan->locks)
        world_lock(&world, host, index, prng_below(prng, world.locks));
    else
        world_fault(&world, host, index, minipage, access);
}

static void act_somewhere(struct plan *plan, bool may_start)
{
    struct prng *prng = &plan->prng;
    unsigned host = prng_below(prng, plan->active);
    unsigned index = prng_below(prng, world.threads);
    if (prng_below(prng, 100) < plan->barriers && may_start) {
        host = prng_below(prng, world.hosts);
        if (world_may_arrive(&world, host))
            world_arrive(&world, host);
        return;
    }
    if (world.host[host].thread[index].state != THREAD_IDLE)
        run_thread(plan, host, index);
    else if (may_start)
        start_something(plan, host, index);
}

static void next_somewhere(struct plan *plan)
{
    unsigned host = prng_below(&plan->prng, world.hosts);
    if (world.host[host].nexts_count)
        world_next(&world, host);
}

/* Whoever is behind at the barrier comes, so that nobody waits there. */
static bool catch_up_at_barrier(void)
{
    uint32_t round = 0;
    bool moved = false;
    for (unsigned i = 0; i < world.hosts; i++)
        if (world.host[i].arrivals > round)
            round = world.host[i].arrivals;
    for (unsigned i = 0; i < world.hosts; i++)
        if (world.host[i].arrivals < round && world_may_arrive(&world, i)) {
            world_arrive(&world, i);
            moved = true;
        }
    return moved;
}

/* Nothing new is started; what is under way must come to an end. */
static void drain(struct plan *plan)
{
    uint64_t limit = world.steps + 200000;
    for (bool moved = true; moved;) {
        moved = catch_up_at_barrier();
        for (unsigned i = 0; i < 64; i++)
            moved |= deliver_something(plan);
        for (unsigned i = 0; i < world.hosts; i++) {
            while (world.host[i].nexts_count) {
                world_next(&world, i);
                moved = true;
            }
            for (unsigned k = 0; k < world.threads; k++)
                moved |= run_thread(plan, i, k);
        }
        if (world.steps > limit)
            world_fail(&world, "no rest after %u steps", 200000u);
    }
    world_check_quiet(&world);
}

static struct plan make_plan(uint64_t seed, bool is_wide)
{
    struct plan plan = {.prng = {seed}};
    struct prng *prng = &plan.prng;
    unsigned hosts =
        is_wide ? 65 + prng_below(prng, 6) : 2 + prng_below(prng, 5);
    plan.active = is_wide ? 2 + prng_below(prng, 6) : hosts;
    plan.busy = 5 + prng_below(prng, 60);
    plan.slow = prng_below(prng, 3) ? prng_below(prng, 60) : 0;
    plan.pushes = prng_below(prng, 2) * prng_below(prng, is_wide ? 4 : 20);
    plan.prefetches = prng_below(prng, 2) * prng_below(prng, 30);
    plan.locks = prng_below(prng, 2) * prng_below(prng, 40);
    plan.barriers = prng_below(prng, 2) * prng_below(prng, is_wide ? 40 : 10);
    plan.writes = 10 + prng_below(prng, 80);
    world_open(&world, seed, hosts, 1 + prng_below(prng, WORLD_MINIPAGES),
               1 + prng_below(prng, WORLD_LOCKS),
               1 + prng_below(prng, WORLD_THREADS));
    world.is_next_late = prng_below(prng, 2);
    world.is_landing_slow = prng_below(prng, 2);
    return plan;
}

static void run_seed(uint64_t seed, bool is_wide, unsigned choices)
{
    struct plan plan = make_plan(seed, is_wide);
    /* Counted in choices, not in steps: a job that is stuck makes none. */
    for (unsigned choice = 0; choice < choices; choice++) {
        bool is_full = world.flights_used > WORLD_FLIGHTS / 4;
        if (prng_below(&plan.prng, 100) < plan.busy || !world.active_count)
            act_somewhere(&plan, !is_full);
        else
            deliver_something(&plan);
        if (world.is_next_late && prng_below(&plan.prng, 4) == 0)
            next_somewhere(&plan);
        atomic_fetch_add_explicit(&check_count, 1, memory_order_relaxed);
    }
    drain(&plan);
    world_close(&world);
}

static unsigned report_rules(void)
{
    unsigned fired = 0;
    printf("%-10s", "");
    for (unsigned j = 0; j < WORLD_COLUMNS; j++)
        printf(" %12s", world_columns[j]);
    for (unsigned i = 0; i < WORLD_STATES; i++) {
        printf("\n%-10s", world_states[i]);
        for (unsigned j = 0; j < WORLD_COLUMNS; j++) {
            fired += world.fired[i][j] != 0;
            if (world.fired[i][j])
                printf(" %12llu", (unsigned long long)world.fired[i][j]);
            else
                printf(" %12s", ".");
        }
    }
    printf("\n%u rules fired\n", fired);
    return fired;
}

int main(int argc, char **argv)
{
    unsigned long long first = argc > 1 ? strtoull(argv[1], NULL, 0) : 1;
    unsigned long long count = argc > 2 ? strtoull(argv[2], NULL, 0) : 12000;
    for (uint64_t seed = first; seed < first + count; seed++)
        run_seed(seed, seed % 20 == 0, seed % 20 == 0 ? 5000 : 2500);
    unsigned fired = report_rules();
    printf("%llu seeds, %llu steps, %llu messages between hosts\n", count,
           (unsigned long long)world.steps, (unsigned long long)world.messages);
    if (argc == 1)
        CHECK_EQ(fired, RULES);
    return check_report();
}

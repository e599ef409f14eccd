/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * What the protocol must not spend: bytes for memory that nobody wrote, bytes
 * for an upgrade, messages for what is here already.
 */
#include "check.h"
#include "world.h"

static struct world world;

/* Delivers everything and lets every thread finish. */
static void settle(void)
{
    for (bool moved = true; moved;) {
        moved = world.active_count > 0;
        while (world.active_count)
            world_deliver(&world, world.active[0]);
        for (unsigned host = 0; host < world.hosts; host++)
            if (world.host[host].thread[0].state == THREAD_RUNS) {
                world_run(&world, host, 0);
                moved = true;
            }
    }
    world_check_quiet(&world);
}

struct cost {
    uint64_t messages;
    uint64_t with_data;
};

static struct cost cost_of(unsigned host, unsigned access)
{
    struct cost before = {world.messages, world.messages_with_data};
    if (access)
        world_fault(&world, host, 0, 0, access);
    else
        world_push(&world, host, 0);
    settle();
    return (struct cost){world.messages - before.messages,
                         world.messages_with_data - before.with_data};
}

static void expect(struct cost cost, unsigned messages, unsigned with_data)
{
    CHECK_EQ(cost.messages, messages);
    CHECK_EQ(cost.with_data, with_data);
}

enum { READ = MPG_ACCESS_READ, WRITE = MPG_ACCESS_WRITE, PUSH = 0 };

/* Above 64 hosts sets of copies are kept otherwise; they cost no more. */
static void many_hosts(void)
{
    world_open(&world, 5, 72, 1, 1, 1); /* at home: host 5 */
    expect(cost_of(1, WRITE), 2, 0);
    for (unsigned reader = 10; reader < 70; reader += 10)
        expect(cost_of(reader, READ), 4, 1);
    /* Request and grant, six who drop their copy and say so, done. */
    expect(cost_of(1, WRITE), 15, 0);
    expect(cost_of(60, READ), 4, 1);
    expect(cost_of(61, WRITE), 6, 1); /* one of its copies is the owner's */
    world_close(&world);
}

int main(void)
{
    /* Minipage 0 has its home at host 0 (seed 0). */
    world_open(&world, 0, 4, 1, 1, 1);
    expect(cost_of(0, READ), 0, 0);  /* at home, nobody wrote it */
    expect(cost_of(1, READ), 2, 0);  /* request and grant */
    expect(cost_of(1, READ), 0, 0);  /* it is here */
    expect(cost_of(1, WRITE), 3, 0); /* upgrade; the home's copy goes */
    expect(cost_of(1, WRITE), 0, 0);
    expect(cost_of(2, READ), 4, 1);  /* request, supply, copy, done */
    expect(cost_of(2, WRITE), 5, 0); /* an upgrade carries no bytes */
    expect(cost_of(0, WRITE), 2, 1); /* supply and take; the rest is at home */
    expect(cost_of(3, READ), 2, 1);  /* the home supplies */
    expect(cost_of(3, PUSH), 5, 2);  /* request, two copies, two done */
    expect(cost_of(1, READ), 0, 0);
    expect(cost_of(2, READ), 0, 0);
    expect(cost_of(2, PUSH), 1, 0); /* everybody has it */
    expect(cost_of(0, WRITE), 6, 0);
    world_close(&world);
    many_hosts();
    return check_report();
}

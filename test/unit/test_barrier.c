/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * What a round of the barrier costs, how many messages follow each other in
 * it, and what a host may not say about it.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "proto/proto.h"

enum { HOSTS_MAX = 100, ROUNDS = 3, FLIGHTS_MAX = 2 * HOSTS_MAX };

struct flight {
    struct mpg__message message;
    unsigned to, hops; /* hops: it and those that it had to wait for */
};

static struct host {
    struct mpg__node node;
    struct mpg__barrier barrier;
    struct mpg__wait waits[2];
    unsigned hops, passed;
} hosts[HOSTS_MAX];
static struct flight flights[FLIGHTS_MAX];
static unsigned first, count, sent, hosts_count;
static const char *refusal;

_Noreturn void mpg__assert_fail(const char *condition, const char *file,
                                int line);
_Noreturn void mpg__assert_fail(const char *condition, const char *file,
                                int line)
{
    printf("%s:%d: assertion failed: %s\n", file, line, condition);
    exit(1);
}

static void open_hosts(unsigned number)
{
    hosts_count = number;
    memset(hosts, 0, sizeof hosts);
    for (unsigned i = 0; i < number; i++)
        mpg__node_init(&hosts[i].node, i, number, hosts[i].waits, 2);
}

static void step(unsigned number, const struct mpg__message *message)
{
    struct host *host = &hosts[number];
    struct mpg__event event = {.kind = message ? MPG_EVENT_MESSAGE
                                               : MPG_EVENT_BARRIER,
                               .message = message,
                               .barrier = &host->barrier};
    struct mpg__actions actions;
    mpg__proto_step(&host->node, &event, &actions);
    for (uint32_t i = 0; i < actions.count; i++) {
        const struct mpg__action *action = &actions.list[i];
        if (action->kind == MPG_ACTION_SEND) {
            flights[(first + count++) % FLIGHTS_MAX] =
                (struct flight){action->message, action->host, host->hops + 1};
            sent++;
        } else if (action->kind == MPG_ACTION_BARRIER_DONE) {
            host->passed++;
        } else if (action->kind == MPG_ACTION_FATAL) {
            refusal = action->text;
        }
    }
}

static void arrive_message(void)
{
    struct flight flight = flights[first++ % FLIGHTS_MAX];
    struct host *to = &hosts[flight.to];
    count--;
    if (to->hops < flight.hops)
        to->hops = flight.hops;
    step(flight.to, &flight.message);
}

/* Everybody comes at once; returns the most messages in a row. */
static unsigned round_of_all(unsigned round)
{
    unsigned most = 0;
    for (unsigned i = 0; i < hosts_count; i++)
        hosts[i].hops = 0;
    sent = 0;
    for (unsigned i = 0; i < hosts_count; i++)
        step(i, NULL);
    while (count)
        arrive_message();
    for (unsigned i = 0; i < hosts_count; i++) {
        CHECK_EQ(hosts[i].passed, round + 1);
        most = hosts[i].hops > most ? hosts[i].hops : most;
    }
    CHECK_EQ(sent, 2 * (hosts_count - 1));
    return most;
}

static void costs(unsigned number, unsigned messages_in_a_row)
{
    open_hosts(number);
    for (unsigned round = 0; round < ROUNDS; round++)
        CHECK_EQ(round_of_all(round), messages_in_a_row);
}

static bool is_refused(unsigned to, unsigned from, unsigned kind,
                       unsigned round)
{
    struct mpg__message message = {
        .kind = (uint8_t)kind, .from = (uint16_t)from, .slot = round};
    refusal = NULL;
    step(to, &message);
    return refusal != NULL;
}

static void refusals(void)
{
    enum {
        ARRIVE = MPG_MESSAGE_BARRIER_ARRIVE,
        RELEASE = MPG_MESSAGE_BARRIER_RELEASE
    };
    open_hosts(20); /* 2 is a child of 0 and has 9 to 12; 5 is one of 1 */
    CHECK(is_refused(0, 5, ARRIVE, 0));  /* of another's child */
    CHECK(is_refused(2, 0, ARRIVE, 0));  /* of the parent */
    CHECK(is_refused(0, 2, ARRIVE, 1));  /* of another round */
    CHECK(!is_refused(0, 1, ARRIVE, 0)); /* the other root */
    CHECK(is_refused(0, 1, ARRIVE, 0));  /* twice */
    CHECK(is_refused(0, 1, RELEASE, 0)); /* roots release themselves */
    CHECK(is_refused(5, 1, RELEASE, 0)); /* and 5 is not here yet */
    step(5, NULL);
    CHECK(is_refused(5, 0, RELEASE, 0)); /* not by its parent */
    for (unsigned child = 9; child <= 12; child++)
        CHECK(!is_refused(2, child, ARRIVE, 0));
    CHECK(is_refused(2, 12, ARRIVE, 0)); /* more than it has */
    for (unsigned i = 0; i < hosts_count; i++)
        CHECK_EQ(hosts[i].passed, 0);
    count = 0;
}

int main(void)
{
    costs(1, 0);
    costs(2, 1); /* each tells the other, at once */
    costs(3, 2); /* 2 tells 0, and 0 tells 1 and, if 1 is here, 2 */
    costs(5, 2);
    costs(8, 3);   /* 5 tells 1, that tells 0, and 0 releases 2 */
    costs(100, 7); /* 85 is four levels below 0, through 1, and 37 three */
    refusals();
    return check_report();
}

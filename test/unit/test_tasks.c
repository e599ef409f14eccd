/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Where tasks wait, in which order they are taken, and which of them go to
 * which host: host 3 of 8, whose messages are looked at.
 */
#include <pthread.h>
#include <string.h>

#include "base/config.h"
#include "check.h"
#include "omp/task.h"
#include "omp/team.h"

enum { SELF = 3, HOSTS = 8, TASKS = 600, SENT_MAX = 64 };

struct mpg__engine mpg__engine = {.node = {.self = SELF, .hosts = HOSTS}};
struct mpg__config mpg__config = {.weigh = 1};
struct mpg__vm mpg__vm;
struct mpg__services mpg__services;

static struct mpg__task tasks[TASKS];
static struct mpg__task *const parent = &tasks[TASKS - 1],
                               *const other_parent = &tasks[TASKS - 2];

static struct sent {
    unsigned host;
    struct mpg__message message;
    char payload[MPG_MESSAGE_SMALL_MAX];
} sent[SENT_MAX];
static unsigned sent_count;

static bool is_locked, has_printed;
static unsigned wakes;
static uint64_t now = 1000, alarm_at;

void mpg__engine_lock(void)
{
    CHECK(!is_locked);
    is_locked = true;
}

void mpg__engine_unlock(void)
{
    CHECK(is_locked);
    is_locked = false;
}

void mpg__enter(struct mpg__outside *before)
{
    (void)before;
}

void mpg__leave(const struct mpg__outside *before)
{
    (void)before;
}

void mpg__post(unsigned host, struct mpg__message *message, const void *payload)
{
    CHECK(is_locked && host < HOSTS && host != SELF && sent_count < SENT_MAX);
    struct sent *to = &sent[sent_count++];
    to->host = host;
    to->message = *message;
    if (message->bytes)
        memcpy(to->payload, payload, message->bytes);
}

void mpg__team_wake(void)
{
    CHECK(is_locked);
    atomic_store(&mpg__tasks_maybe, true);
    wakes++;
}

bool mpg__output_is_waiting(void)
{
    return has_printed;
}

void mpg__output_flush(void)
{
    CHECK(!is_locked);
    has_printed = false;
}

void mpg__task_counts_settle(void)
{
}

uint64_t mpg__now_ns(void)
{
    return now;
}

void mpg__alarm_set(uint64_t at)
{
    CHECK(is_locked);
    alarm_at = at;
}

void mpg__fatal(const char *format, ...)
{
    CHECK_FAIL(format);
}

/* Helpers. */

static uint32_t round_now;

static void next_round(void)
{
    mpg__engine_lock();
    mpg__task_share_round(++round_now);
    mpg__engine_unlock();
    sent_count = 0;
}

static void push(unsigned i)
{
    CHECK(mpg__task_push(&tasks[i]));
}

static struct mpg__task *take_within(struct mpg__task *within,
                                     struct mpg__group *group)
{
    bool is_foreign;
    return mpg__task_take(&(struct mpg__task_want){within, group}, &is_foreign);
}

static void expect(unsigned i)
{
    CHECK(take_within(NULL, NULL) == &tasks[i]);
}

static void expect_none(void)
{
    CHECK(!take_within(NULL, NULL) && !mpg__task_is_any());
}

static const char *deliver(unsigned from, unsigned kind, uint32_t slot,
                           const void *payload, size_t bytes)
{
    struct mpg__message message = {.kind = (uint8_t)kind,
                                   .from = (uint16_t)from,
                                   .slot = slot,
                                   .bytes = (uint32_t)bytes};
    mpg__engine_lock();
    const char *why = mpg__task_deliver(&message, payload);
    mpg__engine_unlock();
    return why;
}

static void hungry(unsigned from, uint32_t round, struct mpg__task *within,
                   struct mpg__group *group)
{
    struct mpg__task_want want = {within, group};
    CHECK(!deliver(from, MPG_MESSAGE_TEAM_HUNGRY, round, &want, sizeof want));
}

static const char *work(unsigned from, unsigned first, unsigned count)
{
    struct mpg__task_entry list[8];
    memset(list, 0, sizeof list);
    for (unsigned i = 0; i < count; i++) {
        list[i].task = &tasks[first + i];
        list[i].parent = tasks[first + i].parent;
    }
    return deliver(from, MPG_MESSAGE_TEAM_WORK, 0, list,
                   count * sizeof list[0]);
}

/* What was sent to the host: from the first-th task on so many. */
static void expect_sent(unsigned at, unsigned host, unsigned first,
                        unsigned count)
{
    CHECK(at < sent_count);
    CHECK_EQ(sent[at].host, host);
    CHECK_EQ(sent[at].message.kind, MPG_MESSAGE_TEAM_WORK);
    CHECK_EQ(sent[at].message.bytes, count * sizeof(struct mpg__task_entry));
    for (unsigned i = 0; i < count; i++) {
        struct mpg__task_entry entry;
        memcpy(&entry, sent[at].payload + i * sizeof entry, sizeof entry);
        CHECK(entry.task == &tasks[first + i]);
        CHECK(entry.parent == tasks[first + i].parent);
    }
}

static void expect_asked(unsigned at, unsigned host,
                         const struct mpg__task *within)
{
    struct mpg__task_want want;
    CHECK(at < sent_count);
    CHECK_EQ(sent[at].host, host);
    CHECK_EQ(sent[at].message.kind, MPG_MESSAGE_TEAM_HUNGRY);
    CHECK_EQ(sent[at].message.slot, round_now);
    memcpy(&want, sent[at].payload, sizeof want);
    CHECK(want.within == within);
}

static void ask(struct mpg__task *within, unsigned tries)
{
    mpg__task_ask(&(struct mpg__task_want){.within = within}, tries);
}

/* A second thread's part, while the first one waits for it. */
static void on_another_thread(void *(*part)(void *))
{
    pthread_t thread;
    CHECK(!pthread_create(&thread, NULL, part, NULL));
    CHECK(!pthread_join(thread, NULL));
}

/* The tests. */

static void *take_oldest(void *unused)
{
    (void)unused;
    expect(0);
    return NULL;
}

static void own_are_taken_from_the_tail(void)
{
    next_round();
    for (unsigned i = 0; i < 4; i++)
        push(i);
    on_another_thread(take_oldest);
    expect(3);
    expect(2);
    expect(1);
    expect_none();
}

static void who_waits_takes_what_descends(void)
{
    struct mpg__group group;
    next_round();
    tasks[1].parent = parent;
    tasks[2].trail[0] = tasks[2].trail[1] = other_parent;
    tasks[2].trail[2] = parent;
    tasks[3].group = &group;
    for (unsigned i = 0; i < 5; i++)
        push(i);
    CHECK(!take_within(&tasks[100], NULL));
    CHECK(take_within(parent, NULL) == &tasks[2]);
    CHECK(take_within(parent, NULL) == &tasks[1]);
    CHECK(!take_within(parent, NULL));
    CHECK(take_within(parent, &group) == &tasks[3]);
    expect(4);
    expect(0);
    expect_none();
    memset(tasks, 0, 5 * sizeof tasks[0]);
}

/* The parents of what others began: the latest first, the first one last. */
static void others_leave_a_trail(void)
{
    struct mpg__task task = {.parent = &tasks[0]};
    for (unsigned i = 0; i < 5; i++) {
        task.parent = &tasks[i];
        mpg__task_lay_trail(&task);
        CHECK(task.trail[0] == &tasks[i]);
        CHECK(task.trail[1] == (i ? &tasks[i - 1] : NULL));
        CHECK(task.trail[2] == (i > 1 ? &tasks[0] : NULL));
    }
}

static void a_full_queue_takes_no_more(void)
{
    unsigned count = 0;
    next_round();
    while (mpg__task_push(&tasks[count]))
        count++;
    CHECK_EQ(count, 256);
    while (count)
        expect(--count);
    /* Round the end of the ring. */
    for (unsigned i = 0; i < 1000; i++) {
        push(i % TASKS);
        push((i + 1) % TASKS);
        expect((i + 1) % TASKS);
        push((i + 2) % TASKS);
        expect((i + 2) % TASKS);
        expect(i % TASKS);
    }
    expect_none();
}

static void the_first_push_of_a_round_is_told(void)
{
    next_round();
    push(0);
    CHECK_EQ(sent_count, 3);
    expect_sent(0, 2, 0, 0);
    expect_sent(1, 1, 0, 0);
    expect_sent(2, 7, 0, 0);
    push(1);
    CHECK_EQ(sent_count, 3);
    next_round();
    push(2);
    CHECK_EQ(sent_count, 3);
    expect(2);
    expect(1);
    expect(0);
}

static void half_of_the_oldest_are_given(void)
{
    next_round();
    for (unsigned i = 0; i < 7; i++)
        push(i);
    sent_count = 0;
    hungry(5, round_now, NULL, NULL);
    CHECK_EQ(sent_count, 1);
    expect_sent(0, 5, 0, 4);
    for (unsigned i = 7; i < 27; i++)
        push(i); /* It has had its answer. */
    CHECK_EQ(sent_count, 1);
    hungry(6, round_now, NULL, NULL);
    expect_sent(1, 6, 4, 5); /* A message has room for that. */
    for (unsigned i = 26; i > 8; i--)
        expect(i);
    expect_none();
}

static void who_has_asked_gets_what_is_pushed(void)
{
    next_round();
    tasks[1].parent = parent;
    tasks[3].parent = other_parent;
    hungry(5, round_now, parent, NULL);
    hungry(6, round_now, &tasks[100], NULL);
    CHECK_EQ(sent_count, 0);
    push(0);
    sent_count = 0;
    push(3);
    CHECK_EQ(sent_count, 0);
    push(1);
    CHECK_EQ(sent_count, 1);
    expect_sent(0, 5, 1, 1);
    hungry(6, round_now, other_parent, NULL); /* In place of the other one. */
    expect_sent(1, 6, 3, 1);
    expect(0);
    expect_none();
    memset(tasks, 0, 5 * sizeof tasks[0]);
}

static void questions_belong_to_a_round(void)
{
    next_round();
    hungry(5, round_now, NULL, NULL);
    hungry(6, round_now + 1, NULL, NULL);
    next_round();
    push(0);
    CHECK_EQ(sent_count, 4); /* To whom it is told, and: */
    expect_sent(3, 6, 0, 1);
    hungry(5, round_now + 1, NULL, NULL); /* It is ahead. */
    push(1);
    CHECK_EQ(sent_count, 4);
    expect(1);
    next_round();
}

static void what_came_is_passed_on_in_halves(void)
{
    next_round();
    hungry(5, round_now, NULL, NULL);
    unsigned before = wakes;
    CHECK(!work(4, 0, 1));
    CHECK_EQ(wakes, before + 1);
    CHECK_EQ(sent_count, 3); /* It is told that there is something. */
    CHECK(!work(4, 1, 3));
    expect_sent(3, 5, 0, 2);
    hungry(5, round_now, NULL, NULL);
    expect_sent(4, 5, 2, 1);
    hungry(5, round_now, NULL, NULL);
    CHECK_EQ(sent_count, 5);
    bool is_foreign;
    CHECK(mpg__task_take(&(struct mpg__task_want){0}, &is_foreign) ==
              &tasks[3] &&
          is_foreign);
    next_round();
    tasks[0].parent = parent;
    CHECK(!work(4, 0, 1));
    sent_count = 0;
    hungry(6, round_now, NULL, NULL);
    CHECK_EQ(sent_count, 0);
    hungry(5, round_now, parent, NULL); /* Perhaps nobody here may run it. */
    expect_sent(0, 5, 0, 1);
    expect_none();
    tasks[0].parent = NULL;
}

static void what_has_no_room_goes_back(void)
{
    next_round();
    for (unsigned i = 0; i < 255; i += 5)
        CHECK(!work(4, i, 5));
    sent_count = 0;
    CHECK(!work(4, 255, 5));
    CHECK_EQ(sent_count, 1);
    expect_sent(0, 4, 255, 5);
    for (unsigned i = 0; i < 255; i++)
        expect(i);
    expect_none();
}

static void lifelines_are_asked_once(void)
{
    next_round();
    ask(NULL, 0);
    CHECK_EQ(sent_count, 3);
    expect_asked(0, 4, NULL);
    expect_asked(1, 5, NULL);
    expect_asked(2, 7, NULL);
    ask(NULL, 0);
    CHECK_EQ(sent_count, 3);
    CHECK(!work(5, 0, 1));
    sent_count = 0;
    ask(NULL, 0);
    CHECK_EQ(sent_count, 1);
    expect_asked(0, 5, NULL);
    expect(0);
    next_round();
    ask(NULL, 0);
    CHECK_EQ(sent_count, 3);
}

static void who_waits_asks_everybody_in_the_end(void)
{
    unsigned asked = 0;
    next_round();
    push(0);
    hungry(1, round_now, NULL, NULL); /* It has had a task of ours. */
    sent_count = 0;
    ask(parent, 0);
    CHECK_EQ(sent_count, 0);
    ask(parent, 1);
    for (unsigned i = 0; i < sent_count; i++) {
        expect_asked(i, sent[i].host, parent);
        asked |= 1u << sent[i].host;
    }
    CHECK((asked & 0xb2) == 0xb2); /* 1, 4, 5, 7 */
    for (unsigned tries = 2; tries < 16 * (HOSTS + 1); tries++)
        ask(parent, tries);
    for (unsigned i = 0; i < sent_count; i++)
        asked |= 1u << sent[i].host;
    CHECK_EQ(asked, 0xff & ~(1u << SELF));
    CHECK_EQ(sent_count, HOSTS - 1);
}

static void what_does_not_pay_is_asked_for_later(void)
{
    next_round();
    mpg__task_was_foreign(1000, 100); /* 900 to 100. */
    ask(NULL, 0);
    CHECK_EQ(sent_count, 3);
    next_round();
    mpg__task_was_foreign(1000, 400); /* 600 to 400: 200 too little. */
    ask(NULL, 0);
    CHECK_EQ(sent_count, 0);
    CHECK_EQ(alarm_at, now + 400);
    now += 399;
    ask(NULL, 0);
    alarm_at = 0;
    ask(parent, 1); /* It looks again by itself. */
    CHECK_EQ(sent_count + alarm_at, 0);
    now++;
    ask(NULL, 0);
    CHECK_EQ(sent_count, 3);
    next_round();
    mpg__task_was_foreign(UINT64_C(100) << 30, UINT64_C(100) << 30);
    ask(NULL, 0);
    CHECK_EQ(alarm_at, now + 1000000000u); /* At most. */
    mpg__config.weigh = 0;
    ask(NULL, 0);
    CHECK_EQ(sent_count, 3);
    mpg__config.weigh = 1;
    now += 1000000000u;
    ask(NULL, 0);
}

static void what_was_printed_goes_before(void)
{
    next_round();
    push(0);
    push(1);
    push(2);
    sent_count = 0;
    has_printed = true;
    hungry(5, round_now, NULL, NULL);
    CHECK_EQ(sent_count, 0);
    expect(2); /* Whoever comes by flushes, and gives. */
    CHECK(!has_printed);
    expect_sent(0, 5, 0, 1);
    expect(1);
    expect_none();
}

static void nonsense_is_refused(void)
{
    struct mpg__task_entry list[6];
    memset(list, 0, sizeof list);
    CHECK(deliver(5, MPG_MESSAGE_TEAM_HUNGRY, round_now, list, 8));
    CHECK(deliver(5, MPG_MESSAGE_TEAM_WORK, 0, list, sizeof list[0]));
    CHECK(deliver(5, MPG_MESSAGE_TEAM_WORK, 0, list, 40));
    CHECK(work(5, 0, 6));
    struct mpg__vm before = mpg__vm;
    mpg__vm.stride = sizeof tasks[0];
    CHECK(work(5, 0, 2));
    mpg__vm = before;
    expect_none();
}

int main(void)
{
    mpg__vm.views = (char *)tasks;
    mpg__vm.stride = sizeof tasks;
    mpg__vm.views_count = 1;
    own_are_taken_from_the_tail();
    who_waits_takes_what_descends();
    others_leave_a_trail();
    a_full_queue_takes_no_more();
    the_first_push_of_a_round_is_told();
    half_of_the_oldest_are_given();
    who_has_asked_gets_what_is_pushed();
    questions_belong_to_a_round();
    what_came_is_passed_on_in_halves();
    what_has_no_room_goes_back();
    lifelines_are_asked_once();
    who_waits_asks_everybody_in_the_end();
    what_does_not_pay_is_asked_for_later();
    what_was_printed_goes_before();
    nonsense_is_refused();
    return check_report();
}

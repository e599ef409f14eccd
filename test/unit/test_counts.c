/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * When tasks are taken for done: never before they are, and then soon.  Two
 * hosts, one after the other in this process.
 */
#include <pthread.h>
#include <stdlib.h>

#include "check.h"
#include "omp/board.h"
#include "omp/task.h"
#include "omp/team.h"

enum { HOSTS = 2, MANY = 1000 };

struct mpg__engine mpg__engine = {.node = {.hosts = HOSTS}};
__thread struct mpg__thread mpg__self;

static struct mpg__task_counts *counts[HOSTS];
static struct mpg__board board = {.tasks = counts};
struct mpg__board *mpg__board = &board;

void *mpg__board_make(size_t bytes, const char *what)
{
    void *got = calloc(1, bytes);
    (void)what;
    CHECK(got);
    return got;
}

/* What a thread of the host does. */
static void on(unsigned host, void *(*part)(void *))
{
    pthread_t thread;
    mpg__engine.node.self = host;
    CHECK(!pthread_create(&thread, NULL, part, NULL));
    CHECK(!pthread_join(thread, NULL));
}

static bool are_done(uint64_t made_in_all)
{
    uint64_t made;
    bool are = mpg__tasks_are_done(&made);
    CHECK(!are || made == made_in_all);
    return are;
}

static uint64_t total;

static void *make_many(void *unused)
{
    (void)unused;
    CHECK(!mpg__self.has_had_tasks);
    for (unsigned i = 0; i < MANY; i++) {
        mpg__task_made();
        CHECK(!are_done(total + i + 1));
    }
    CHECK(mpg__self.has_had_tasks);
    uint64_t before = mpg__tasks_made_here();
    mpg__tasks_arrive();
    CHECK_EQ(mpg__tasks_made_here(), before + MANY);
    mpg__task_counts_settle();
    mpg__task_counts_settle();
    CHECK_EQ(mpg__tasks_made_here(), before + MANY);
    CHECK(!are_done(total + MANY));
    total += MANY;
    return NULL;
}

/* All but the last one are done, and one of them makes another. */
static void *do_many(void *unused)
{
    (void)unused;
    for (unsigned i = 0; i + 1 < MANY; i++)
        mpg__task_done();
    CHECK(mpg__self.has_had_tasks);
    mpg__task_made();
    total++;
    CHECK(!are_done(total));
    uint64_t before = mpg__tasks_made_here();
    mpg__task_counts_settle();
    CHECK_EQ(mpg__tasks_made_here(), before + 1);
    CHECK(!are_done(total));
    return NULL;
}

static void *do_two(void *unused)
{
    (void)unused;
    mpg__task_done();
    mpg__task_counts_settle();
    CHECK(!are_done(total));
    mpg__task_done();
    CHECK(!are_done(total));
    mpg__task_counts_settle();
    CHECK(are_done(total));
    mpg__task_counts_settle();
    CHECK(are_done(total));
    return NULL;
}

int main(void)
{
    for (unsigned i = 0; i < HOSTS; i++)
        counts[i] = mpg__task_counts_make();
    CHECK(are_done(0));
    for (unsigned round = 0; round < 3; round++) {
        on(round % HOSTS, make_many);
        on(1, do_many);
        on(0, do_two);
    }
    return check_report();
}

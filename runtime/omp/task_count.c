/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * How many tasks were made and done: a barrier is over when all are.
 *
 * Each host has two counters in shared memory, which host 0 adds up.  A thread
 * counts in memory of its own and seldom comes to them: before it makes a task
 * it raises `made` by CREDIT, of which it gives back what it has not used when
 * it has nothing to do; and what it has done it adds only then.  So `made` is
 * never less than what was made, and `done` never more than what was done.
 *
 * Host 0 reads all of done, at some moment t, and then all of made.  If the two
 * are equal, then between what was done by t and what was made by t, which are
 * in between, there is no task either: none was open at t.  With all threads at
 * a barrier only open tasks make new ones.
 */
#include "task.h"

#include "board.h"
#include "team.h"

#define CREDIT 64u /* tasks */

/* A host's, in minipages of their own; the pointers never change. */
struct mpg__task_counts {
    _Atomic uint64_t *made, *done;
};

/* This thread's, since they were last added to others. */
static __thread struct {
    uint32_t credit, made, done;
} mine __attribute__((tls_model("initial-exec")));

static _Atomic uint64_t made_here;

struct mpg__task_counts *mpg__task_counts_make(void)
{
    const char *what = "the numbers of tasks";
    struct mpg__task_counts *counts = mpg__board_make(sizeof *counts, what);
    counts->made = mpg__board_make(sizeof *counts->made, what);
    counts->done = mpg__board_make(sizeof *counts->done, what);
    return counts;
}

static struct mpg__task_counts *counts_of(unsigned host)
{
    return mpg__board->tasks[host];
}

static struct mpg__task_counts *own(void)
{
    return counts_of(mpg__engine.node.self);
}

void mpg__task_made(void)
{
    if (!mine.credit) {
        atomic_fetch_add(own()->made, CREDIT);
        mine.credit = CREDIT;
    }
    mine.credit--;
    mine.made++;
    mpg__self.has_had_tasks = true;
}

void mpg__task_done(void)
{
    mine.done++;
    mpg__self.has_had_tasks = true;
}

void mpg__tasks_arrive(void)
{
    if (mine.made)
        atomic_fetch_add(&made_here, mine.made);
    mine.made = 0;
}

uint64_t mpg__tasks_made_here(void)
{
    return atomic_load(&made_here);
}

void mpg__task_counts_settle(void)
{
    mpg__tasks_arrive();
    if (mine.done)
        atomic_fetch_add(own()->done, mine.done);
    if (mine.credit)
        atomic_fetch_sub(own()->made, mine.credit);
    mine.done = mine.credit = 0;
}

bool mpg__tasks_are_done(uint64_t *made)
{
    uint64_t done = 0;
    *made = 0;
    for (unsigned i = 0; i < mpg__engine.node.hosts; i++)
        done += atomic_load(counts_of(i)->done);
    for (unsigned i = 0; i < mpg__engine.node.hosts; i++)
        *made += atomic_load(counts_of(i)->made);
    return done == *made;
}

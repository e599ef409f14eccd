/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Where tasks wait to be run.
 *
 * Each host has a queue in shared memory.  Its own threads push and take at the
 * tail, so a host works depth first on data that it has; a host without work
 * takes from the head of another's, where the oldest and as a rule the largest
 * tasks are.  As long as nobody steals, a host's queue costs no message.
 *
 * A host whose threads have found nothing anywhere says so (`hungry`), looks
 * once more, and sleeps.  Whoever pushes looks at these flags, which costs
 * nothing while they do not change, and sends a host that is hungry TEAM_WORK.
 * Sequential consistency makes sure that one of the two sees the other.
 */
#include "task.h"

#include <string.h>

#include "base/fatal.h"
#include "board.h"
#include "team.h"

#define QUEUE_MAX   480u /* with its head a minipage of at most a page */
#define HUNGRY_LOOK 64u  /* hosts that a push looks at */

struct queue {
    _Atomic uint32_t lock;
    _Atomic uint32_t head, tail; /* indices modulo QUEUE_MAX, tail not in */
    struct mpg__task *tasks[QUEUE_MAX];
};

struct counts {
    _Atomic uint64_t made, done; /* by threads of the host */
};

/* Each part a minipage of its own; this itself never changes. */
struct mpg__task_host {
    struct queue *queue;
    struct counts *counts;
    _Atomic uint32_t *hungry;
};

_Atomic bool mpg__tasks_maybe;
static _Atomic uint64_t made_here;

struct mpg__task_host *mpg__task_host_make(void)
{
    const char *what = "the queues of tasks";
    struct mpg__task_host *host = mpg__board_make(sizeof *host, what);
    host->queue = mpg__board_make(sizeof *host->queue, what);
    host->counts = mpg__board_make(sizeof *host->counts, what);
    host->hungry = mpg__board_make(sizeof *host->hungry, what);
    atomic_store(host->hungry, 1);
    return host;
}

static struct mpg__task_host *host_of(unsigned host)
{
    return mpg__board->hosts[host];
}

static struct mpg__task_host *own(void)
{
    return host_of(mpg__engine.node.self);
}

/* Counting. */

void mpg__task_made(void)
{
    atomic_fetch_add(&made_here, 1);
    atomic_fetch_add(&own()->counts->made, 1);
}

void mpg__task_done(void)
{
    atomic_fetch_add(&own()->counts->done, 1);
}

uint64_t mpg__tasks_made_here(void)
{
    return atomic_load(&made_here);
}

/* All counts of done are read before any of made.  Neither ever falls, so when
 * the sums are equal, then between the two no task was open; and with all
 * threads at a barrier only open tasks make new ones. */
bool mpg__tasks_are_done(uint64_t *made)
{
    uint64_t done = 0;
    *made = 0;
    for (unsigned i = 0; i < mpg__engine.node.hosts; i++)
        done += atomic_load(&host_of(i)->counts->done);
    for (unsigned i = 0; i < mpg__engine.node.hosts; i++)
        *made += atomic_load(&host_of(i)->counts->made);
    return done == *made;
}

/* Queues.  The lock is in the minipage that it guards. */

static void lock(struct queue *queue)
{
    MPG_UNTIL(!atomic_load(&queue->lock) && !atomic_exchange(&queue->lock, 1));
}

static void unlock(struct queue *queue)
{
    atomic_store(&queue->lock, 0);
}

static uint32_t length(struct queue *queue)
{
    uint32_t head = atomic_load(&queue->head);
    return (atomic_load(&queue->tail) + QUEUE_MAX - head) % QUEUE_MAX;
}

static void wake_hungry(void)
{
    static _Atomic uint32_t cursor;
    unsigned hosts = mpg__engine.node.hosts;
    unsigned looks = hosts < HUNGRY_LOOK ? hosts : HUNGRY_LOOK;
    for (unsigned i = 0; i < looks; i++) {
        unsigned host = atomic_fetch_add(&cursor, 1) % hosts;
        if (host == mpg__engine.node.self ||
            !atomic_load(host_of(host)->hungry) ||
            !atomic_exchange(host_of(host)->hungry, 0))
            continue;
        struct mpg__message message = {.kind = MPG_MESSAGE_TEAM_WORK};
        struct mpg__outside before;
        mpg__enter(&before);
        mpg__engine_lock();
        mpg__post(host, &message, NULL);
        mpg__engine_unlock();
        mpg__leave(&before);
        return; /* One task feeds one host. */
    }
}

static void wake_own(void)
{
    struct mpg__outside before;
    if (atomic_load(&mpg__tasks_maybe))
        return;
    mpg__enter(&before);
    mpg__engine_lock();
    mpg__team_wake();
    mpg__engine_unlock();
    mpg__leave(&before);
}

bool mpg__task_push(struct mpg__task *task)
{
    struct queue *queue = own()->queue;
    lock(queue);
    bool has_room = length(queue) < QUEUE_MAX - 1;
    if (has_room) {
        uint32_t tail = atomic_load(&queue->tail);
        queue->tasks[tail] = task;
        atomic_store(&queue->tail, (tail + 1) % QUEUE_MAX);
    }
    unlock(queue);
    if (has_room) {
        wake_own();
        wake_hungry();
    }
    return has_room;
}

/* Whoever waits inside a task, which is tied to its thread, may only run
 * descendants of it: others might need what it holds. */
static bool is_within(const struct mpg__task *task,
                      const struct mpg__task *within)
{
    if (!within)
        return true;
    while (task && task->level > within->level)
        task = task->parent;
    return task == within;
}

/* Takes out the index-th from the head. */
static struct mpg__task *take_at(struct queue *queue, uint32_t index)
{
    uint32_t head = atomic_load(&queue->head), count = length(queue);
    struct mpg__task *task = queue->tasks[(head + index) % QUEUE_MAX];
    for (uint32_t i = index; i > 0; i--)
        if (index + 1 < count)
            queue->tasks[(head + i) % QUEUE_MAX] =
                queue->tasks[(head + i - 1) % QUEUE_MAX];
    if (index + 1 == count)
        atomic_store(&queue->tail, (head + index) % QUEUE_MAX);
    else
        atomic_store(&queue->head, (head + 1) % QUEUE_MAX);
    return task;
}

static struct mpg__task *take_from(struct queue *queue, bool from_tail,
                                   const struct mpg__task *within)
{
    struct mpg__task *task = NULL;
    if (!length(queue))
        return NULL;
    lock(queue);
    uint32_t count = length(queue), head = atomic_load(&queue->head);
    for (uint32_t i = 0; i < count && !task; i++) {
        uint32_t index = from_tail ? count - 1 - i : i;
        if (is_within(queue->tasks[(head + index) % QUEUE_MAX], within))
            task = take_at(queue, index);
    }
    unlock(queue);
    return task;
}

struct mpg__task *mpg__task_take(const struct mpg__task *within)
{
    unsigned hosts = mpg__engine.node.hosts, self = mpg__engine.node.self;
    struct mpg__task *task = take_from(own()->queue, true, within);
    for (unsigned i = 1; i < hosts && !task; i++)
        task = take_from(host_of((self + i) % hosts)->queue, false, within);
    return task;
}

bool mpg__tasks_rest(void)
{
    atomic_store(&mpg__tasks_maybe, false);
    if (!atomic_load(own()->hungry))
        atomic_store(own()->hungry, 1);
    for (unsigned i = 0; i < mpg__engine.node.hosts; i++)
        if (length(host_of(i)->queue)) {
            atomic_store(&mpg__tasks_maybe, true);
            return false;
        }
    return true;
}

/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Where tasks wait to be run, on one host.
 *
 * Each thread has a queue.  It pushes and takes at the tail, so it works depth
 * first on data that it has; a thread that has nothing takes from the head of
 * another's, where the oldest and as a rule the largest tasks are.  What came
 * from other hosts (task_share.c) is in one more queue, the host's.
 *
 * The queues are private memory, and no shared memory is looked at while one is
 * locked: so a push or a take costs no message and no fault, and whoever
 * receives a message may look into them.  It may be a thread in a page fault,
 * or in a handler of the program's that has interrupted a thread here.
 * Therefore it does not wait for a thread's queue, and who had that locked
 * looks after what was wanted (`was_in_the_way`).  The host's queue is locked
 * with signals blocked, and can be waited for.
 */
#include "task.h"

#include <stdlib.h>
#include <string.h>

#include "base/fatal.h"
#include "base/mutex.h"
#include "team.h"

#define QUEUE_MAX 256u /* what more a thread makes it runs at once */

struct queue {
    mpg__mutex lock;
    _Atomic uint32_t head, count; /* the first one's index, and how many */
    struct queue *next;
    struct mpg__task_entry entries[QUEUE_MAX];
};

static _Atomic(struct queue *) queues; /* of threads that had tasks */
static struct queue from_others;
static _Atomic bool was_in_the_way; /* of mpg__task_give */

_Atomic bool mpg__tasks_maybe;

static __thread struct queue *own_queue
    __attribute__((tls_model("initial-exec")));

static struct queue *own(void)
{
    if (own_queue)
        return own_queue;
    struct queue *queue = calloc(1, sizeof *queue);
    if (!queue)
        mpg__fatal("no memory for a thread's queue of tasks");
    queue->next = atomic_load(&queues);
    while (!atomic_compare_exchange_weak(&queues, &queue->next, queue))
        ;
    own_queue = queue;
    return queue;
}

static struct mpg__task_entry *at(struct queue *queue, uint32_t index)
{
    return &queue->entries[(atomic_load(&queue->head) + index) % QUEUE_MAX];
}

/* Without a lock, and with signals as the program has them. */
static void look_after_others(void)
{
    if (!atomic_load(&was_in_the_way))
        return;
    atomic_store(&was_in_the_way, false);
    mpg__task_offer(NULL);
}

/* Under the queue's lock. */

static bool put(struct queue *queue, const struct mpg__task_entry *entry)
{
    uint32_t count = atomic_load(&queue->count);
    if (count == QUEUE_MAX)
        return false;
    if (!count)
        atomic_store(&queue->head, 0); /* Few are used, and in the cache. */
    *at(queue, count) = *entry;
    atomic_store(&queue->count, count + 1);
    return true;
}

static void take_out(struct queue *queue, uint32_t index)
{
    uint32_t count = atomic_load(&queue->count);
    if (index + 1 < count) {
        for (uint32_t i = index; i > 0; i--)
            *at(queue, i) = *at(queue, i - 1);
        atomic_store(&queue->head, (atomic_load(&queue->head) + 1) % QUEUE_MAX);
    }
    atomic_store(&queue->count, count - 1);
}

static bool take_wanted(struct queue *queue, bool from_tail,
                        const struct mpg__task_want *want,
                        struct mpg__task_entry *entry)
{
    uint32_t count = atomic_load(&queue->count);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t index = from_tail ? count - 1 - i : i;
        if (mpg__task_is_wanted(at(queue, index), want)) {
            *entry = *at(queue, index);
            take_out(queue, index);
            return true;
        }
    }
    return false;
}

/* The threads of this host. */

bool mpg__task_is_wanted(const struct mpg__task_entry *entry,
                         const struct mpg__task_want *want)
{
    if (!want->within || entry->parent == want->within ||
        (want->group && entry->group == want->group))
        return true;
    for (unsigned i = 0; i < MPG_TASK_TRAIL; i++)
        if (entry->trail[i] == want->within)
            return true;
    return false;
}

void mpg__task_lay_trail(struct mpg__task *task)
{
    for (unsigned i = 0; i < MPG_TASK_TRAIL; i++)
        if (!task->trail[i]) { /* All further on are empty. */
            memmove(task->trail + 1, task->trail, i * sizeof task->trail[0]);
            task->trail[0] = task->parent;
            return;
        }
    memmove(task->trail + 1, task->trail,
            (MPG_TASK_TRAIL - 2) * sizeof task->trail[0]);
    task->trail[0] = task->parent;
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
    struct queue *queue = own();
    struct mpg__task_entry entry = {
        .task = task, .group = task->group, .parent = task->parent};
    memcpy(entry.trail, task->trail, sizeof entry.trail);
    mpg__mutex_lock(&queue->lock);
    bool has_room = put(queue, &entry);
    mpg__mutex_unlock(&queue->lock);
    look_after_others();
    if (has_room) {
        wake_own();
        mpg__task_offer(&entry);
    }
    return has_room;
}

static struct mpg__task *take(struct queue *queue, bool from_tail,
                              const struct mpg__task_want *want)
{
    struct mpg__task_entry entry = {0};
    if (!queue || !atomic_load(&queue->count))
        return NULL;
    mpg__mutex_lock(&queue->lock);
    take_wanted(queue, from_tail, want, &entry);
    mpg__mutex_unlock(&queue->lock);
    return entry.task;
}

static struct mpg__task *take_from_others(const struct mpg__task_want *want)
{
    struct mpg__outside before;
    if (!atomic_load(&from_others.count))
        return NULL;
    mpg__enter(&before);
    struct mpg__task *task = take(&from_others, false, want);
    mpg__leave(&before);
    return task;
}

/* Whoever waits inside a task, which is tied to its thread, may only run
 * descendants of it: others might need what it holds. */
struct mpg__task *mpg__task_take(const struct mpg__task_want *want,
                                 bool *is_foreign)
{
    struct mpg__task *task = take(own_queue, true, want);
    *is_foreign = false;
    if (!task) {
        task = take_from_others(want);
        *is_foreign = task != NULL;
    }
    for (struct queue *queue = atomic_load(&queues); queue && !task;
         queue = queue->next)
        task = take(queue, false, want);
    look_after_others();
    return task;
}

bool mpg__task_is_any(void)
{
    if (atomic_load(&from_others.count))
        return true;
    for (struct queue *queue = atomic_load(&queues); queue; queue = queue->next)
        if (atomic_load(&queue->count))
            return true;
    return false;
}

/* Other hosts. */

void mpg__task_in_the_way(void)
{
    atomic_store(&was_in_the_way, true);
}

static bool lock_if_free(struct queue *queue)
{
    if (queue == &from_others) {
        mpg__mutex_lock(&queue->lock);
        return true;
    }
    if (mpg__mutex_try(&queue->lock))
        return true;
    mpg__task_in_the_way();
    return mpg__mutex_try(&queue->lock); /* Left before it could see that? */
}

static unsigned count_wanted(struct queue *queue,
                             const struct mpg__task_want *want)
{
    unsigned wanted = 0;
    if (!atomic_load(&queue->count) || !lock_if_free(queue))
        return 0;
    uint32_t count = atomic_load(&queue->count);
    for (uint32_t i = 0; i < count; i++)
        wanted += mpg__task_is_wanted(at(queue, i), want);
    mpg__mutex_unlock(&queue->lock);
    return wanted;
}

/* From the queue that has most of them, one half. */
unsigned mpg__task_give(const struct mpg__task_want *want,
                        struct mpg__task_entry *list, unsigned most)
{
    struct queue *from = &from_others;
    unsigned wanted = count_wanted(from, want), given = 0;
    /* The last one that came here does not go on, or it goes in circles; but
     * perhaps nobody here may run what another host waits for. */
    unsigned half = want->within ? (wanted + 1) / 2 : wanted / 2;
    for (struct queue *queue = atomic_load(&queues); queue;
         queue = queue->next) {
        unsigned there = count_wanted(queue, want);
        if (there <= wanted)
            continue;
        from = queue;
        wanted = there;
        half = (wanted + 1) / 2;
    }
    if (!half || !lock_if_free(from))
        return 0;
    while (given < half && given < most &&
           take_wanted(from, false, want, &list[given]))
        given++;
    mpg__mutex_unlock(&from->lock);
    return given;
}

bool mpg__task_put(const struct mpg__task_entry *list, unsigned count)
{
    mpg__mutex_lock(&from_others.lock);
    bool has_room = atomic_load(&from_others.count) + count <= QUEUE_MAX;
    for (unsigned i = 0; has_room && i < count; i++)
        put(&from_others, &list[i]);
    mpg__mutex_unlock(&from_others.lock);
    return has_room;
}

bool mpg__tasks_rest(void)
{
    mpg__task_counts_settle();
    atomic_store(&mpg__tasks_maybe, false);
    if (!mpg__task_is_any()) {
        mpg__task_ask(&(struct mpg__task_want){0}, 0);
        return true;
    }
    atomic_store(&mpg__tasks_maybe, true);
    return false;
}

/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Reductions.  Compiled code gives each thread a copy of its own of the
 * variables, a list of their addresses, and a function that combines two
 * lists.  The answer 1 tells a thread to add its copies to the variables
 * themselves, 0 that its copies have been taken care of.
 *
 * Within a host the first thread combines those of the others, in their order,
 * when all are there.  Then the hosts' sums go up the tree: a host's first
 * thread tells its parent where its list is (TEAM_REDUCE); the parent's
 * combines it with its own, reading it where it is, on a stack in shared
 * memory, and says so (TEAM_REDUCED).  Only thread 0 touches the variables,
 * which thereby stay with host 0, and the order of additions is the same each
 * time.
 *
 * A list that is not in shared memory (a unit that the plugin has not seen),
 * or a team with fewer threads than hosts: the first thread of each host adds
 * its sum to the variables by itself, one after the other.
 */
#include "base/fatal.h"
#include "team.h"

typedef void combine_fn(void *into, void *from);

#define THREADS_MAX 4096u /* of one host */

static struct {
    uint32_t round;
    uint32_t here; /* threads of this host but the first */
    void *lists[THREADS_MAX];
    uint64_t children[MPG_BARRIER_FANOUT]; /* lists of theirs, 0: not yet */
    bool is_taken;                         /* our parent has ours */
    struct mpg__waiter *first;             /* waits for any of these */
    struct mpg__waiter *others;            /* wait for the next round */
} reduction;

static __thread bool has_lock __attribute__((tls_model("initial-exec")));

static void wake_first(void)
{
    if (reduction.first)
        mpg__waiter_wake(reduction.first);
    reduction.first = NULL;
}

/* Under the lock, which is let go of meanwhile. */
static void sleep_as(struct mpg__waiter **list)
{
    struct mpg__waiter waiter = {.next = *list};
    *list = &waiter;
    mpg__engine_unlock();
    mpg__wait(&waiter);
    mpg__engine_lock();
}

static void wait_as_other(uint32_t place, void *list)
{
    uint32_t round = reduction.round;
    reduction.lists[place] = list;
    reduction.here++;
    wake_first();
    while (reduction.round == round)
        sleep_as(&reduction.others);
}

static void release_others(void)
{
    struct mpg__waiter *next, *waiter = reduction.others;
    reduction.others = NULL;
    reduction.round++;
    reduction.here = 0;
    for (; waiter; waiter = next) {
        next = waiter->next;
        mpg__waiter_wake(waiter);
    }
}

/* What adds lists together, and how the thread was when it came. */
struct adder {
    combine_fn *combine;
    struct mpg__outside before;
};

/* The program's own code, outside. */
static void add(const struct adder *adder, void *into, void *from)
{
    struct mpg__outside same;
    mpg__engine_unlock();
    mpg__leave(&adder->before);
    adder->combine(into, from);
    mpg__enter(&same);
    mpg__engine_lock();
}

static void combine_own(const struct adder *adder, void *list, uint32_t count)
{
    while (reduction.here < count - 1)
        sleep_as(&reduction.first);
    for (uint32_t i = 1; i < count; i++)
        add(adder, list, reduction.lists[i]);
}

static void combine_children(const struct adder *adder, void *list)
{
    unsigned self = mpg__engine.node.self;
    unsigned count = mpg__tree_children(self, mpg__engine.node.hosts);
    for (unsigned i = 0; i < count; i++) {
        struct mpg__message taken = {.kind = MPG_MESSAGE_TEAM_REDUCED};
        while (!reduction.children[i])
            sleep_as(&reduction.first);
        add(adder, list, (void *)reduction.children[i]);
        reduction.children[i] = 0;
        mpg__post(mpg__tree_first_child(self) + i, &taken, NULL);
    }
}

static void hand_to_parent(void *list)
{
    struct mpg__message message = {.kind = MPG_MESSAGE_TEAM_REDUCE,
                                   .arg = (uintptr_t)list};
    reduction.is_taken = false;
    mpg__post(mpg__tree_parent(mpg__engine.node.self), &message, NULL);
    while (!reduction.is_taken)
        sleep_as(&reduction.first);
}

/* Whether the caller is to add its copies to the variables. */
static bool gather(combine_fn *combine, void *list, const void *lock)
{
    const struct mpg__frame *frame = mpg__frame_now();
    uint32_t first, count = mpg__team_here(&first);
    struct adder adder = {.combine = combine};
    bool by_tree =
        mpg__vm_is_shared(list) && mpg__team_hosts() == mpg__engine.node.hosts;
    if (count > THREADS_MAX)
        mpg__fatal("a reduction with more than %u threads a host", THREADS_MAX);
    mpg__output_flush();
    mpg__enter(&adder.before);
    mpg__engine_lock();
    bool is_first = frame->tid == first;
    if (is_first) {
        combine_own(&adder, list, count);
        if (by_tree) {
            combine_children(&adder, list);
            if (mpg__engine.node.self)
                hand_to_parent(list);
        }
        release_others();
    } else {
        wait_as_other(frame->tid - first, list);
    }
    mpg__engine_unlock();
    mpg__leave(&adder.before);
    has_lock = is_first && !by_tree && mpg__team_hosts() > 1;
    if (has_lock)
        mpg__omp_lock(MPG_LOCK_CRITICAL, lock);
    return is_first && (!by_tree || frame->tid == 0);
}

static void let_go(const void *lock)
{
    if (has_lock)
        mpg__omp_unlock(MPG_LOCK_CRITICAL, lock);
    has_lock = false;
}

EXPORTED int __kmpc_reduce_nowait(ident_t *loc, int gtid, int count,
                                  size_t bytes, void *list, combine_fn *combine,
                                  void *lock)
{
    (void)loc, (void)gtid, (void)count, (void)bytes;
    return mpg__frame_now()->threads == 1 || gather(combine, list, lock);
}

EXPORTED void __kmpc_end_reduce_nowait(ident_t *loc, int gtid, void *lock)
{
    (void)loc, (void)gtid;
    let_go(lock);
}

/* All threads are to see the result when they go on. */
EXPORTED int __kmpc_reduce(ident_t *loc, int gtid, int count, size_t bytes,
                           void *list, combine_fn *combine, void *lock)
{
    int answer =
        __kmpc_reduce_nowait(loc, gtid, count, bytes, list, combine, lock);
    if (!answer)
        mpg__team_barrier(MPG_PLACE, 0);
    return answer;
}

EXPORTED void __kmpc_end_reduce(ident_t *loc, int gtid, void *lock)
{
    (void)loc, (void)gtid;
    let_go(lock);
    if (mpg__frame_now()->threads > 1)
        mpg__team_barrier(MPG_PLACE, 0);
}

const char *mpg__reduce_deliver(const struct mpg__message *message)
{
    unsigned self = mpg__engine.node.self;
    if (message->kind == MPG_MESSAGE_TEAM_REDUCED) {
        if (!self || message->from != mpg__tree_parent(self))
            return "it has nothing of this host's";
        reduction.is_taken = true;
        wake_first();
        return NULL;
    }
    unsigned place = message->from - mpg__tree_first_child(self);
    if (place >= mpg__tree_children(self, mpg__engine.node.hosts) ||
        reduction.children[place] || !mpg__vm_is_shared((void *)message->arg))
        return "this host does not wait for it";
    reduction.children[place] = message->arg;
    wake_first();
    return NULL;
}

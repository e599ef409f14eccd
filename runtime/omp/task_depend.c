/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Dependences between the tasks of one parent.
 *
 * A task with dependences has a node in shared memory: how many it waits for,
 * and who waits for it.  For each address the parent keeps the last task that
 * writes it and those that have read it since; only the thread that runs the
 * parent looks at that table, so it is private memory.  mutexinoutset and
 * inoutset are taken as inout, which orders more than they ask for.
 */
#include "task.h"

#include <stdlib.h>
#include <string.h>

#include "base/fatal.h"
#include "board.h"
#include "millipage.h"
#include "omp.h"
#include "team.h"

/* As compiled code has it. */
struct dependence {
    uintptr_t address;
    size_t bytes;
    uint8_t flags;
};
enum { DEPEND_IN = 1, DEPEND_ALL = 0x80 /* omp_all_memory */ };

struct link {
    struct link *next;
    struct mpg__task_node *node;
};

struct mpg__task_node {
    _Atomic uint32_t lock; /* of successors and is_done */
    uint32_t is_done;
    _Atomic uint32_t waits_for; /* predecessors, and 1 while it is set up */
    _Atomic uint32_t users;     /* tables, links, the task */
    struct mpg__task *task;     /* NULL: a thread waits instead */
    struct link *successors;    /* in shared memory */
};

/* The parent's; private. */
struct address {
    struct address *next;
    uintptr_t address;
    struct mpg__task_node *writer;
    struct link *readers;
};
#define BUCKETS 64u
struct mpg__addresses {
    struct mpg__task_node *all; /* the last task that depends on all memory */
    struct address *buckets[BUCKETS];
};

static void drop(struct mpg__task_node *node)
{
    if (node && atomic_fetch_sub(&node->users, 1) == 1)
        mpg_free(node);
}

static struct mpg__task_node *keep(struct mpg__task_node *node)
{
    atomic_fetch_add(&node->users, 1);
    return node;
}

static void lock(struct mpg__task_node *node)
{
    MPG_UNTIL(!atomic_load(&node->lock) && !atomic_exchange(&node->lock, 1));
}

/* `after` waits for `before`, unless that is done already. */
static void add_edge(struct mpg__task_node *before,
                     struct mpg__task_node *after)
{
    if (!before || before == after)
        return;
    lock(before);
    if (!before->is_done) {
        struct link *link = mpg__board_make(sizeof *link, "a dependence");
        *link = (struct link){before->successors, keep(after)};
        before->successors = link;
        atomic_fetch_add(&after->waits_for, 1);
    }
    atomic_store(&before->lock, 0);
}

static void *allocate(size_t bytes)
{
    void *got = calloc(1, bytes);
    if (!got)
        mpg__fatal("no memory for the dependences of tasks");
    return got;
}

static struct mpg__addresses *table(struct mpg__task *parent)
{
    if (!parent->addresses)
        parent->addresses = allocate(sizeof *parent->addresses);
    return parent->addresses;
}

static struct address *find(struct mpg__task *parent, uintptr_t at)
{
    struct mpg__addresses *addresses = table(parent);
    uint64_t hash = (at >> 2) * UINT64_C(0x9e3779b97f4a7c15);
    struct address **bucket = &addresses->buckets[hash >> 58];
    for (struct address *each = *bucket; each; each = each->next)
        if (each->address == at)
            return each;
    struct address *made = allocate(sizeof *made);
    *made = (struct address){.next = *bucket, .address = at};
    if (addresses->all)
        made->writer = keep(addresses->all);
    *bucket = made;
    return made;
}
_Static_assert(BUCKETS == 64, "the upper 6 bits of the hash");

static void drop_readers(struct address *address)
{
    while (address->readers) {
        struct link *link = address->readers;
        address->readers = link->next;
        drop(link->node);
        free(link);
    }
}

void mpg__addresses_drop(struct mpg__addresses *addresses)
{
    if (!addresses)
        return;
    for (uint32_t i = 0; i < BUCKETS; i++)
        while (addresses->buckets[i]) {
            struct address *address = addresses->buckets[i];
            addresses->buckets[i] = address->next;
            drop_readers(address);
            drop(address->writer);
            free(address);
        }
    drop(addresses->all);
    free(addresses);
}

static void reads(struct address *address, struct mpg__task_node *node)
{
    struct link *link = allocate(sizeof *link);
    add_edge(address->writer, node);
    *link = (struct link){address->readers, keep(node)};
    address->readers = link;
}

static void writes(struct address *address, struct mpg__task_node *node)
{
    for (struct link *link = address->readers; link; link = link->next)
        add_edge(link->node, node);
    add_edge(address->writer, node);
    drop_readers(address);
    drop(address->writer);
    address->writer = keep(node);
}

/* Of what has an address in the table, the node is the last writer; of what
 * comes into it from now on, too. */
static void writes_all(struct mpg__task *parent, struct mpg__task_node *node)
{
    struct mpg__addresses *addresses = table(parent);
    for (uint32_t i = 0; i < BUCKETS; i++)
        for (struct address *each = addresses->buckets[i]; each;
             each = each->next)
            writes(each, node);
    add_edge(addresses->all, node);
    drop(addresses->all);
    addresses->all = keep(node);
}

/* A task that is in the list twice must not wait for itself as a reader. */
static void enter(struct mpg__task *parent, struct mpg__task_node *node,
                  int count, const struct dependence *list)
{
    for (int i = 0; i < count; i++)
        if (list[i].flags & DEPEND_ALL)
            writes_all(parent, node);
        else if (list[i].flags == DEPEND_IN)
            reads(find(parent, list[i].address), node);
        else
            writes(find(parent, list[i].address), node);
}

static struct mpg__task_node *make(struct mpg__task *task)
{
    struct mpg__task_node *node = mpg__board_make(sizeof *node, "a dependence");
    node->task = task;
    atomic_store(&node->waits_for, 1);
    atomic_store(&node->users, 1);
    return node;
}

/* One of those that it waits for is done.  Whoever counts to 0 runs it. */
static void one_less(struct mpg__task_node *node)
{
    struct mpg__task *task = node->task;
    if (atomic_fetch_sub(&node->waits_for, 1) == 1 && task)
        mpg__task_submit(task);
}

void mpg__node_done(struct mpg__task_node *node)
{
    lock(node);
    node->is_done = 1;
    struct link *link = node->successors;
    node->successors = NULL;
    atomic_store(&node->lock, 0);
    while (link) {
        struct link *next = link->next;
        struct mpg__task_node *after = link->node;
        mpg_free(link);
        one_less(after);
        drop(after);
        link = next;
    }
    drop(node);
}

int __kmpc_omp_task(ident_t *, int, struct mpg__task_body *);
struct mpg__task_body *__kmpc_omp_task_alloc(ident_t *, int, int, size_t,
                                             size_t, void *);

/* What is run where it is made depends on nothing, unless one is detached. */
static bool is_in_order(struct mpg__task *parent)
{
    return !atomic_load(&parent->children);
}

EXPORTED int __kmpc_omp_task_with_deps(ident_t *loc, int gtid,
                                       struct mpg__task_body *body, int count,
                                       const struct dependence *list,
                                       int count_noalias,
                                       const struct dependence *noalias)
{
    struct mpg__task *task = mpg__task_of(body);
    bool is_inline = mpg__task_is_inline();
    if (is_inline && !atomic_load(&task->event) && is_in_order(task->parent))
        return __kmpc_omp_task(loc, gtid, body);
    mpg__output_flush(); /* Another host may have the last one it waits for. */
    task->node = make(task);
    if (is_inline)
        mpg__event_count_inline(task);
    else
        mpg__task_count(task);
    enter(task->parent, task->node, count, list);
    enter(task->parent, task->node, count_noalias, noalias);
    one_less(task->node); /* It is set up. */
    if (is_inline)
        mpg__event_run_ready();
    return 0;
}

static void wait_for(int count, const struct dependence *list,
                     int count_noalias, const struct dependence *noalias)
{
    struct mpg__task *parent = mpg__task_now();
    if (mpg__task_is_inline() && is_in_order(parent))
        return;
    struct mpg__task_node *node = make(NULL);
    enter(parent, node, count, list);
    enter(parent, node, count_noalias, noalias);
    atomic_fetch_sub(&node->waits_for, 1);
    mpg__task_wait_zero(&node->waits_for, NULL);
    mpg__node_done(node);
}

EXPORTED void __kmpc_omp_wait_deps(ident_t *loc, int gtid, int count,
                                   const struct dependence *list,
                                   int count_noalias,
                                   const struct dependence *noalias)
{
    (void)loc, (void)gtid;
    wait_for(count, list, count_noalias, noalias);
}

/* Of depobj directives; how many there are is in front of the first one. */
void mpg__task_wait_objects(int count, const omp_depend_t *objects)
{
    for (int i = 0; i < count; i++) {
        const struct dependence *list = objects[i].omp_dependences;
        wait_for((int)list[-1].address, list, 0, NULL);
    }
}

/* taskwait nowait depend(...) is a task with nothing to do. */

static int do_nothing(int gtid, struct mpg__task_body *body)
{
    (void)gtid, (void)body;
    return 0;
}

static struct mpg__task_body *make_empty(ident_t *loc, int gtid)
{
    return __kmpc_omp_task_alloc(loc, gtid, MPG_TASK_TIED,
                                 sizeof(struct mpg__task_body), 0, do_nothing);
}

EXPORTED void __kmpc_omp_taskwait_deps_51(ident_t *loc, int gtid, int count,
                                          const struct dependence *list,
                                          int count_noalias,
                                          const struct dependence *noalias,
                                          int nowait)
{
    if (nowait)
        __kmpc_omp_task_with_deps(loc, gtid, make_empty(loc, gtid), count, list,
                                  count_noalias, noalias);
    else
        wait_for(count, list, count_noalias, noalias);
}

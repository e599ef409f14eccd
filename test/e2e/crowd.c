/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Everything at once: some threads on every host fault, lock, allocate, free
 * what others have allocated, prefetch, push, start threads, read into shared
 * memory and ask for counts, in random order.  What must come out does not
 * depend on it.
 *
 *   crowd [TURNS]     of each thread
 */
#include <fcntl.h>

#include "spmd.h"

enum {
    THREADS = 3,
    CELLS = 12,
    BOXES = 6,
    BOX_LOCK = 100, /* the lock of the first box; cells have theirs from 0 */
    BUFFER_BYTES = 6000,
};

struct box {
    uint64_t *content; /* words[0] of them, each the number of words */
};

static struct shared {
    long *cell[CELLS];
    struct box *box[BOXES];
    atomic_long *added, *asked, *started;
} shared;
static int turns;
static int zeros = -1;

static uint64_t random_next(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static void open_shared(void)
{
    struct shared *table = spmd_malloc(sizeof *table);
    if (mpg_host() == 0) {
        for (int i = 0; i < CELLS; i++)
            *(table->cell[i] = mpg_malloc(sizeof(long))) = 0;
        for (int i = 0; i < BOXES; i++)
            (table->box[i] = mpg_malloc(sizeof(struct box)))->content = NULL;
        atomic_long **counts[] = {&table->added, &table->asked,
                                  &table->started};
        for (int i = 0; i < 3; i++)
            atomic_store(*counts[i] = mpg_malloc(sizeof(long)), 0);
    }
    mpg_barrier();
    shared = *table;
}

static void add_to_cell(uint64_t drawn)
{
    unsigned cell = (unsigned)(drawn % CELLS);
    mpg_lock(cell);
    (*shared.cell[cell])++;
    mpg_unlock(cell);
    atomic_fetch_add(shared.added, 1);
}

/* Throws away what is in a box, which any host may have put there, and puts
 * something else in. */
static void change_box(uint64_t drawn)
{
    unsigned box = (unsigned)(drawn % BOXES);
    uint64_t words = 1 + (drawn >> 8) % 40;
    mpg_lock(BOX_LOCK + box);
    uint64_t *content = shared.box[box]->content;
    for (uint64_t i = 0; content && i < content[0]; i++)
        CHECK_EQ(content[i], content[0]);
    mpg_free(content);
    content = mpg_malloc(words * sizeof *content);
    CHECK(content != NULL);
    for (uint64_t i = 0; i < words; i++)
        content[i] = words;
    shared.box[box]->content = content;
    mpg_unlock(BOX_LOCK + box);
}

static void hint(uint64_t drawn)
{
    void *cell = shared.cell[drawn % CELLS];
    if (drawn >> 8 & 1)
        CHECK_EQ(mpg_push(cell, sizeof(long)), 0);
    else
        CHECK_EQ(mpg_prefetch(cell, sizeof(long), drawn >> 9 & 1), 0);
}

static void started(atomic_long *count)
{
    atomic_fetch_add(count, 1);
}

static void start(uint64_t drawn)
{
    int host = (int)(drawn % (unsigned)mpg_hosts());
    atomic_fetch_add(shared.asked, 1);
    CHECK_EQ(mpg_spawn(host, started, "p", shared.started), 0);
}

static void read_zeros(char *buffer, uint64_t drawn)
{
    size_t at = drawn % BUFFER_BYTES;
    buffer[at] = 1;
    CHECK_EQ(read(zeros, buffer, BUFFER_BYTES), BUFFER_BYTES);
    CHECK_EQ(buffer[at], 0);
}

static void *live(void *number)
{
    uint64_t state = 88172645463325252u + (uint64_t)(intptr_t)number * 1000 +
                     (unsigned)mpg_host();
    char *buffer = mpg_malloc(BUFFER_BYTES);
    for (int turn = 0; turn < turns; turn++) {
        uint64_t drawn = random_next(&state) >> 8, what = drawn % 16;
        drawn >>= 4;
        if (what < 8)
            add_to_cell(drawn);
        else if (what < 11)
            change_box(drawn);
        else if (what < 13)
            hint(drawn);
        else if (what < 14)
            start(drawn);
        else if (what < 15)
            read_zeros(buffer, drawn);
        else
            CHECK_GT(spmd_stats().minipages, 0);
    }
    mpg_free(buffer);
    return NULL;
}

int main(int argc, char **argv)
{
    turns = argc > 1 ? atoi(argv[1]) : 100;
    zeros = open("/dev/zero", O_RDONLY);
    open_shared();
    spmd_threads(THREADS, live);
    mpg_barrier();
    long sum = 0;
    for (int i = 0; i < CELLS; i++)
        sum += *shared.cell[i];
    CHECK_EQ(sum, atomic_load(shared.added));
    while (atomic_load(shared.started) != atomic_load(shared.asked))
        sched_yield();
    return spmd_report();
}

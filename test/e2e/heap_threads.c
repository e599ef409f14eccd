/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Allocation by many threads, which keep minipages at hand: nobody gets
 * what somebody has, whoever frees it, from handlers of signals too; what a
 * thread kept is there for others when it ends; and no system call is made for
 * an allocation.
 */
#include <errno.h>
#include <signal.h>
#include <sys/time.h>

#include "spmd.h"

enum { THREADS = 4, TURNS = 4000, HELD = 64, SHELF = 32 };

/* Calls of pthread_sigmask by this thread; the runtime's make some when they
 * begin, which on a busy machine may be late. */
static __thread long masks;

/* In the place of the C library's. */
int pthread_sigmask(int how, const sigset_t *set, sigset_t *old)
{
    masks++;
    return sigprocmask(how, set, old) ? errno : 0;
}

struct block {
    unsigned char *bytes;
    size_t count;
};

static unsigned next_random(unsigned *state)
{
    *state = *state * 1103515245u + 12345u;
    return *state >> 16;
}

/* All bytes are those of the block's address, which no other one has. */
static void fill(struct block *block, size_t count)
{
    block->bytes = mpg_malloc(count);
    block->count = count;
    CHECK(block->bytes != NULL);
    CHECK_EQ((uintptr_t)block->bytes % 16, 0);
    memset(block->bytes, (int)((uintptr_t)block->bytes >> 4), count);
}

static void empty(struct block *block)
{
    for (size_t i = 0; i < block->count; i++)
        CHECK_EQ(block->bytes[i],
                 (unsigned char)((uintptr_t)block->bytes >> 4));
    if (block->bytes)
        mpg_free(block->bytes);
    block->bytes = NULL;
    block->count = 0;
}

/* Where threads put blocks for others to free. */
static struct block shelf[SHELF];
static pthread_mutex_t shelf_lock = PTHREAD_MUTEX_INITIALIZER;
static atomic_uint seed;

static void exchange(struct block *block, unsigned place)
{
    pthread_mutex_lock(&shelf_lock);
    struct block other = shelf[place];
    shelf[place] = *block;
    *block = other;
    pthread_mutex_unlock(&shelf_lock);
}

static void *churn(void *unused)
{
    struct block held[HELD] = {{0}};
    unsigned state = 1 + atomic_fetch_add(&seed, 1);
    for (int turn = 0; turn < TURNS; turn++) {
        struct block *block = &held[next_random(&state) % HELD];
        empty(block);
        unsigned most = turn % 64 == 0 ? 17 << 10 : turn % 16 == 0 ? 4500 : 200;
        fill(block, 1 + next_random(&state) % most);
        if (next_random(&state) % 4 == 0)
            exchange(block, next_random(&state) % SHELF);
    }
    for (int i = 0; i < HELD; i++)
        empty(&held[i]);
    return unused;
}

/* Were what a thread kept lost with it, they would be thousands. */
enum { ENDS = 500, EACH = 16, BYTES = 1008, SEEN_MAX = 8 * EACH };
static char *seen[SEEN_MAX];
static int seen_count;

static void see(char *block)
{
    for (int i = 0; i < seen_count; i++)
        if (seen[i] == block)
            return;
    CHECK_LT(seen_count, SEEN_MAX);
    seen[seen_count++] = block;
}

static void *keep_and_end(void *unused)
{
    char *got[EACH];
    for (int i = 0; i < EACH; i++) {
        got[i] = mpg_malloc(BYTES);
        CHECK(got[i] != NULL);
        *got[i] = 1;
        see(got[i]);
    }
    for (int i = 0; i < EACH; i++)
        mpg_free(got[i]);
    return unused;
}

/* A handler allocates while its thread does. */
static struct block by_handler[8];
static atomic_int signals;

static void on_alarm(int signal)
{
    int saved = errno;
    int i = atomic_fetch_add(&signals, 1);
    (void)signal;
    empty(&by_handler[i % 8]);
    fill(&by_handler[i % 8], 100);
    errno = saved;
}

static void interrupted(void)
{
    struct itimerval every = {{0, 50}, {0, 50}}, never = {{0, 0}, {0, 0}};
    struct block own[12] = {{0}};
    CHECK(signal(SIGALRM, on_alarm) != SIG_ERR);
    CHECK_EQ(setitimer(ITIMER_REAL, &every, NULL), 0);
    for (unsigned i = 0; atomic_load(&signals) < 500; i++) {
        empty(&own[i % 12]);
        fill(&own[i % 12], 100);
    }
    CHECK_EQ(setitimer(ITIMER_REAL, &never, NULL), 0);
    for (int i = 0; i < 12; i++)
        empty(&own[i]);
}

/* Once there is what it needs. */
static void without_system_calls(void)
{
    for (int round = 0; round < 1000; round++) {
        long before = masks;
        for (size_t bytes = 1; bytes <= 16384; bytes += bytes / 8 + 73)
            mpg_free(mpg_malloc(bytes));
        if (round)
            CHECK_EQ(masks, before);
    }
}

int main(void)
{
    struct block *everywhere =
        spmd_malloc((size_t)mpg_hosts() * sizeof *everywhere);
    without_system_calls();
    for (int round = 0; round < 3; round++) {
        spmd_threads(THREADS, churn);
        fill(&everywhere[mpg_host()], 100);
        mpg_barrier();
        empty(&everywhere[(mpg_host() + 1) % mpg_hosts()]);
        mpg_barrier();
    }
    for (int i = 0; i < SHELF; i++)
        empty(&shelf[i]);
    for (int i = 0; i < ENDS; i++)
        spmd_threads(1, keep_and_end);
    interrupted();
    return spmd_report();
}

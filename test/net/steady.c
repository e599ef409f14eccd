/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Keeps the hosts busy with each other until host 0 reads the end of its
 * input, and then says whether the sum is right.  Host 0 prints "ready" when
 * every host has talked to every other.
 *
 *     steady [busy]  counters under locks
 *     steady push    of host 0 only data: 1 MiB to all for each line it reads
 *     steady quiet   after "ready" nobody says anything
 */
#include <poll.h>
#include <unistd.h>

#include "../e2e/spmd.h"

enum { PAGES = 4096, PUSH = 256, PAGE = 4096 };

static struct shared {
    atomic_int is_over;
    long *counters; /* of each host, a page each */
    char *pages;
} *shared;

static void add(int host)
{
    mpg_lock((unsigned)host);
    shared->counters[(size_t)host * PAGE / sizeof(long)]++;
    mpg_unlock((unsigned)host);
}

/* 0 when there is nothing to read, -1 at the end of the input. */
static int read_input(int timeout_ms)
{
    struct pollfd input = {STDIN_FILENO, POLLIN, 0};
    char byte;
    if (poll(&input, 1, timeout_ms) <= 0)
        return 0;
    return read(STDIN_FILENO, &byte, 1) == 1 ? byte : -1;
}

/* Pages that were written here and that nobody has asked for: they leave
 * whether or not anybody reads them. */
static void push_some(void)
{
    static size_t pushed;
    if (pushed < PAGES)
        CHECK_EQ(mpg_push(shared->pages + pushed * PAGE, PUSH * PAGE), 0);
    pushed += PUSH;
}

/* Reads host 0's input; `how` says whether it waits for that, and whether it
 * does anything else. */
static void listen_to_input(const char *how)
{
    int byte = read_input(strcmp(how, "busy") ? -1 : 0);
    if (byte == '\n' && !strcmp(how, "push"))
        push_some();
    if (byte == -1)
        atomic_store(&shared->is_over, 1);
}

static long work(const char *how)
{
    long added = 0;
    while (!atomic_load(&shared->is_over)) {
        if (mpg_host() == 0)
            listen_to_input(how);
        if (mpg_host() != 0 || !strcmp(how, "busy"))
            for (int i = 0; i < mpg_hosts(); i++, added++)
                add(i);
    }
    return added;
}

int main(int argc, char **argv)
{
    const char *how = argc > 1 ? argv[1] : "busy";
    shared = spmd_malloc(sizeof *shared);
    long *counters = spmd_pages((size_t)mpg_hosts() * PAGE);
    char *pages = spmd_pages((size_t)PAGES * PAGE);
    if (mpg_host() == 0) {
        shared->counters = counters;
        shared->pages = pages;
        memset(pages, 1, (size_t)PAGES * PAGE);
    }
    mpg_barrier();
    for (int i = 0; i < mpg_hosts(); i++)
        add(i);
    mpg_barrier();
    if (mpg_host() == 0) {
        puts("ready");
        fflush(stdout);
    }
    /* Where it is quiet the others wait at the barrier. */
    long added = mpg_hosts();
    if (strcmp(how, "quiet") || mpg_host() == 0)
        added += work(how);
    long *sum = spmd_malloc(sizeof *sum);
    mpg_lock(0);
    *sum += added;
    mpg_unlock(0);
    mpg_barrier();
    long counted = 0;
    for (int i = 0; i < mpg_hosts(); i++)
        counted += counters[(size_t)i * PAGE / sizeof(long)];
    CHECK_EQ(counted, *sum);
    return spmd_report();
}

/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * A wild access is a crash like any other: SIGSEGV, at the instruction that
 * made it.  The program shares memory all the same, before and after.
 */
#include <signal.h>
#include <sys/wait.h>

#include "spmd.h"

static volatile long *shared;

/* An address that nothing is at, and of which the compiler knows nothing. */
static int *volatile nowhere = (int *)16;

/* The child has this process's handlers, but not its threads: it may fault
 * only outside shared memory. */
static int status_of_child(void)
{
    fflush(NULL);
    pid_t child = fork();
    CHECK_GE(child, 0);
    if (child == 0) {
        *nowhere = 1;
        _exit(0);
    }
    int status;
    CHECK_EQ(waitpid(child, &status, 0), child);
    return status;
}

int main(int argc, char **argv)
{
    shared = spmd_malloc(sizeof *shared);
    if (argc > 1 && !strcmp(argv[1], "die")) {
        mpg_barrier();
        if (mpg_host() == mpg_hosts() - 1)
            *nowhere = 1;
        mpg_barrier();
        return 0; /* not reached: the launcher ends us */
    }
    for (int round = 0; round < 3; round++) {
        if (mpg_host() == round % mpg_hosts())
            ++*shared;
        int status = status_of_child();
        CHECK(WIFSIGNALED(status));
        CHECK_EQ(WTERMSIG(status), SIGSEGV);
        mpg_barrier();
        CHECK_EQ(*shared, round + 1);
        mpg_barrier();
    }
    return spmd_report();
}

/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * A child of fork has no part in the job: touching shared memory or calling
 * the library ends the child alone, with one line; anything else it may do,
 * and its parent's memory is as it was.
 */
#include <sys/wait.h>
#include <unistd.h>

#include "spmd.h"

static volatile long *shared;

static void touch(void)
{
    *shared = 99;
}

static void lock(void)
{
    mpg_lock(1);
}

static void nothing(void)
{
}

static int status_of_child(void (*act)(void))
{
    fflush(NULL);
    pid_t child = fork();
    CHECK_GE(child, 0);
    if (child == 0) {
        close(2); /* It is known what it says. */
        act();
        exit(7);
    }
    int status;
    CHECK_EQ(waitpid(child, &status, 0), child);
    CHECK(WIFEXITED(status));
    return WEXITSTATUS(status);
}

int main(void)
{
    shared = spmd_malloc(sizeof *shared);
    if (mpg_host() == 0)
        *shared = 5;
    mpg_barrier();
    CHECK_EQ(*shared, 5);
    CHECK_EQ(status_of_child(touch), 70);
    CHECK_EQ(status_of_child(lock), 70);
    CHECK_EQ(status_of_child(nothing), 7);
    mpg_barrier();
    CHECK_EQ(*shared, 5);
    mpg_barrier();
    if (mpg_host() == mpg_hosts() - 1)
        *shared = 6;
    mpg_barrier();
    CHECK_EQ(*shared, 6);
    return 0;
}

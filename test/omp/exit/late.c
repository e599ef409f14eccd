/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * A program without a region, whose end is said to hosts that are not yet ready
 * to hear of it: those other than 0 take their time over each descriptor that
 * they make, of which the last is the one that tells them.
 *
 * RUN: %same %s
 */
#include <stdio.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

extern int mpg_host(void) __attribute__((weak));

/* In the place of the C library's, for the runtime too. */
int eventfd(unsigned count, int flags)
{
    struct timespec rest = {.tv_nsec = 50000000};
    if (mpg_host && mpg_host())
        nanosleep(&rest, NULL);
    return (int)syscall(SYS_eventfd2, count, flags);
}

int main(void)
{
    printf("nothing to do\n");
    return 3;
}

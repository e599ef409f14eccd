/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * A bell: an event descriptor (eventfd, which does not block) by which one
 * thread has another come back from poll or epoll.  However often it is rung,
 * it is answered once.  And one that rings by itself, at a time: a timer's.
 */
#ifndef MPG_BASE_BELL_H
#define MPG_BASE_BELL_H

#include <errno.h>
#include <stdint.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "fatal.h"

/* From any thread; async-signal-safe, does not block. */
static inline void mpg__bell_ring(int bell)
{
    uint64_t one = 1;
    /* EAGAIN: it has been rung so often that it takes no more. */
    if (write(bell, &one, sizeof one) < 0 && errno != EAGAIN)
        mpg__fatal("cannot write an event descriptor: %m");
}

/* It rings at a time of CLOCK_MONOTONIC, the last one set. */
static inline int mpg__bell_timer(void)
{
    int timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
    if (timer < 0)
        mpg__fatal("cannot make a timer descriptor: %m");
    return timer;
}

static inline void mpg__bell_set(int timer, uint64_t ns)
{
    struct itimerspec when = {
        .it_value = {(time_t)(ns / 1000000000u), (long)(ns % 1000000000u)}};
    if (timerfd_settime(timer, TFD_TIMER_ABSTIME, &when, NULL))
        mpg__fatal("cannot set a timer: %m");
}

/* Of a timer's descriptor, too.  What could not be read now rings on. */
static inline void mpg__bell_answer(int bell)
{
    uint64_t count;
    if (read(bell, &count, sizeof count) < 0 && errno != EAGAIN &&
        errno != EINTR)
        mpg__fatal("cannot read an event or timer descriptor: %m");
}

#endif

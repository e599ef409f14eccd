/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Being called at a time, also if no message comes and every thread sleeps: by
 * the server thread, which waits for a timer's descriptor, too.
 */
#include <sys/timerfd.h>
#include <time.h>

#include "base/bell.h"
#include "base/fatal.h"
#include "engine_internal.h"

static int timer = -1;

int mpg__alarm_start(void)
{
    timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
    if (timer < 0)
        mpg__fatal("cannot make a timer descriptor: %m");
    return timer;
}

void mpg__alarm_set(uint64_t at)
{
    struct itimerspec when = {
        .it_value = {(time_t)(at / 1000000000u), (long)(at % 1000000000u)}};
    if (timerfd_settime(timer, TFD_TIMER_ABSTIME, &when, NULL))
        mpg__fatal("cannot set a timer: %m");
}

void mpg__alarm_ring(void)
{
    mpg__bell_answer(timer);
    mpg__engine_lock();
    if (mpg__services.alarm)
        mpg__services.alarm();
    mpg__engine_unlock();
}

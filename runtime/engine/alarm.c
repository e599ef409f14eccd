/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Being called at a time, also if no message comes and every thread sleeps: by
 * the server thread, which waits for a timer's descriptor, too.
 */
#include "base/bell.h"
#include "engine_internal.h"

static int timer = -1;

int mpg__alarm_start(void)
{
    timer = mpg__bell_timer();
    return timer;
}

void mpg__alarm_set(uint64_t at)
{
    mpg__bell_set(timer, at);
}

void mpg__alarm_ring(void)
{
    mpg__bell_answer(timer);
    mpg__engine_lock();
    if (mpg__services.alarm)
        mpg__services.alarm();
    mpg__engine_unlock();
}

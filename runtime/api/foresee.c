/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * What compiled loops say before they begin (abi.h).
 *
 * The list is read twice: to see whether anything is missing, which costs no
 * lock and no system call, and to ask for it.  Then the thread serves for a
 * moment, for it is about to need what comes; what takes longer than that
 * faults as it would have without.
 */
#include <errno.h>
#include <stdarg.h>

#include "base/config.h"
#include "engine/foresee.h"
#include "millipage/abi.h"

#define EXPORTED __attribute__((visibility("default")))

static void read_use(va_list *list, struct mpg__use *use)
{
    const void *start = va_arg(*list, const void *);
    uint64_t bytes = va_arg(*list, uint64_t);
    uint32_t shape = va_arg(*list, uint32_t);
    mpg__use_begin(use, start, bytes,
                   shape & 1 ? MPG_ACCESS_WRITE : MPG_ACCESS_READ);
    for (uint32_t i = 0; i < shape / 2; i++) {
        int64_t step = va_arg(*list, int64_t);
        uint64_t times = va_arg(*list, uint64_t);
        mpg__use_repeat(use, step, times);
    }
}

/* With --explain loops fault, for that is what it keeps account of. */
static bool may_ask(void)
{
    return mpg__config.foresee && mpg__engine.node.hosts > 1 &&
           atomic_load_explicit(&mpg__engine_is_started,
                                memory_order_acquire) &&
           !mpg__explain_is_on && !mpg__is_child();
}

EXPORTED void mpg__foresee(unsigned count, ...)
{
    va_list list;
    struct mpg__use use;
    uint32_t missing = 0;
    if (!may_ask())
        return;
    va_start(list, count);
    for (unsigned i = 0; i < count; i++) {
        read_use(&list, &use);
        missing += mpg__foresee_count(&use);
    }
    va_end(list);
    if (!missing)
        return;

    int saved = errno;
    struct mpg__outside before;
    mpg__enter(&before);
    mpg__engine_lock();
    va_start(list, count);
    for (unsigned i = 0; i < count; i++) {
        read_use(&list, &use);
        mpg__foresee_ask(&use);
    }
    va_end(list);
    mpg__engine_unlock();
    mpg__stay();
    mpg__leave(&before);
    errno = saved;
}

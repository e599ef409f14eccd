/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * What compiled loops say before they begin (abi.h).
 *
 * The list is read twice: to see whether anything is missing, which costs no
 * lock and no system call, and to ask for it.  Then the thread serves for a
 * moment, for it is about to need what comes; what takes longer than that
 * faults as it would have without.
 *
 * Mostly nothing is missing, and a loop over a few pages takes no more than ten
 * times as long as reading its list.  So a place in the program that has found
 * nothing missing is passed by the next time, then the next three times, and so
 * on, until a look finds something missing, or this host has lost anything.
 * What is missing where it was passed by faults.
 */
#include <errno.h>
#include <stdarg.h>

#include "base/config.h"
#include "engine/foresee.h"
#include "millipage/abi.h"

#define EXPORTED __attribute__((visibility("default")))

#define PLACES   64u /* that a thread remembers, by hash */
#define PASS_MAX 63u

static __thread struct place {
    uintptr_t from; /* the call's */
    uint32_t losses;
    uint16_t pass, pass_next; /* calls */
} places[PLACES] __attribute__((tls_model("initial-exec")));

static struct place *place_of(uintptr_t from)
{
    struct place *place = &places[from / 16 % PLACES];
    uint32_t losses =
        atomic_load_explicit(&mpg__engine.losses, memory_order_relaxed);
    if (place->from != from || place->losses != losses)
        *place = (struct place){.from = from, .losses = losses};
    return place;
}

static void note_look(struct place *place, bool found_anything)
{
    uint32_t more = 2u * place->pass_next + 1;
    place->pass_next = (uint16_t)(more < PASS_MAX ? more : PASS_MAX);
    if (found_anything)
        place->pass_next = 0;
    place->pass = place->pass_next;
}

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
    struct place *place = place_of((uintptr_t)__builtin_return_address(0));
    if (place->pass) {
        place->pass--;
        return;
    }
    if (!may_ask())
        return;
    va_start(list, count);
    for (unsigned i = 0; i < count; i++) {
        read_use(&list, &use);
        missing += mpg__foresee_count(&use);
    }
    va_end(list);
    note_look(place, missing);
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

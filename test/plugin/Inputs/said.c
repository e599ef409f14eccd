/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * An mpg__foresee that knows what it was told, cell by cell of an array of
 * doubles.  In a unit of its own: compiled code takes it that a call changes
 * nothing that it can read.
 */
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define CELLS 90000

char *said_array;
unsigned said_calls, said_strays;
static char said[CELLS]; /* 1 read, 2 written */

static void mark(intptr_t at, uint64_t bytes, char how)
{
    if (at % 8 || bytes % 8 || at < 0 || at / 8 + bytes / 8 > CELLS) {
        said_strays++;
        return;
    }
    for (uint64_t i = at / 8; i < (at + bytes) / 8; i++)
        if (said[i] < how)
            said[i] = how;
}

static void mark_all(intptr_t at, uint64_t bytes, char how, unsigned levels,
                     const int64_t *steps, const uint64_t *times)
{
    if (!levels--) {
        mark(at, bytes, how);
        return;
    }
    for (uint64_t i = 0; i <= times[levels] && i < CELLS; i++)
        mark_all(at + (int64_t)i * steps[levels], bytes, how, levels, steps,
                 times);
}

void mpg__foresee(unsigned count, ...)
{
    va_list list;
    va_start(list, count);
    for (unsigned i = 0; i < count; i++) {
        int64_t steps[8];
        uint64_t times[8];
        intptr_t at = va_arg(list, char *) - said_array;
        uint64_t bytes = va_arg(list, uint64_t);
        unsigned shape = va_arg(list, unsigned), is_entered = 1;
        for (unsigned j = 0; j < shape / 2; j++) {
            steps[j] = va_arg(list, int64_t);
            times[j] = va_arg(list, uint64_t);
            is_entered &= times[j] != UINT64_MAX;
        }
        if (is_entered)
            mark_all(at, bytes, shape % 2 + 1, shape / 2, steps, times);
    }
    va_end(list);
    said_calls++;
}

/* How what was said differs from what was used; and forgets it. */
void said_compare(const char *what, char *used)
{
    unsigned more = 0, less = 0;
    for (int i = 0; i < CELLS; i++) {
        more += said[i] > used[i];
        less += said[i] < used[i];
    }
    printf("%s: in %u calls %u too many, %u too few\n", what, said_calls, more,
           less);
    memset(said, 0, sizeof said);
    memset(used, 0, sizeof said);
    said_calls = 0;
}

/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * What millirun says on its own account, and the memory that it cannot do
 * without.
 */
#ifndef MILLIRUN_SAY_H
#define MILLIRUN_SAY_H

#include <stddef.h>
#include <stdint.h>

#define STATUS_USAGE 2 /* the command line, a host list or a value is wrong */

/* "millirun: <text>\n" on standard error, and the end, with STATUS_USAGE.
 * Only while nothing was started. */
_Noreturn void die(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

void *xrealloc(void *, size_t bytes);
/* What happens when there is none, before the process ends: a line on standard
 * error, unless something else is to say it. */
extern void (*say_out_of_memory)(void);
char *xstrdup(const char *);
/* sprintf into fresh memory. */
char *xformat(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Milliseconds since some moment in the past. */
int64_t now_ms(void);

#endif

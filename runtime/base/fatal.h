/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * The last words of a host.  Everything here is async-signal-safe: no
 * allocation, no stdio, no lock, so that the fault path may use it.
 */
#ifndef MPG_BASE_FATAL_H
#define MPG_BASE_FATAL_H

#include <stdarg.h>
#include <stddef.h>

#include "millipage/boot.h"

#define MPG_LINE_MAX 1024 /* bytes of one message line */

/* A small printf into buffer, always terminated: %s %c %d %u %x %p %zu %lu %ld
 * %lx %llu %llx %lld %m (errno in words) %%, no widths.  Returns the length
 * written. */
size_t mpg__format(char *buffer, size_t bytes, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
size_t mpg__vformat(char *buffer, size_t bytes, const char *format, va_list);

/* "millipage: host N: <text>\n" on standard error in one write. */
void mpg__warn(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Says it as the reason that the job ends, and ends the process with
 * MPG_BOOT_ABORT_STATUS without running exit handlers.  When a launcher
 * listens the line goes to it instead (mpg__fatal_channel), and the launcher
 * prints it and ends the other hosts. */
_Noreturn void mpg__fatal(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

/* Who speaks: -1 until it is known. */
extern int mpg__fatal_host;
/* Set by boot: takes one line; answers whether it was delivered. */
extern int (*mpg__fatal_channel)(const char *line, size_t bytes);

/* Programmer error; on in every build. */
#define mpg_assert(condition)                                                  \
    ((condition) ? (void)0 : mpg__assert_fail(#condition, __FILE__, __LINE__))
_Noreturn void mpg__assert_fail(const char *condition, const char *file,
                                int line);

#endif

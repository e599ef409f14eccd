/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * What the layer above may put between the C library and main, and between the
 * program's end and the job's.  Set before main, NULL otherwise.
 */
#ifndef MPG_API_INIT_H
#define MPG_API_INIT_H

typedef int mpg__main_fn(int, char **, char **);

/* Which function is main on this host, when it has joined the others. */
extern mpg__main_fn *(*mpg__main_for_host)(mpg__main_fn *);

/* Called when the program's exit handlers have run, before this host waits for
 * the others to come to that point. */
extern void (*mpg__before_finish)(void);

#endif

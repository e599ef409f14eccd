/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * What to run, as the launcher tells an agent: the body of WIRE_JOB.
 *
 *   u32 hosts, u32 arguments, u32 variables, then strings with their zeros:
 *   the working directory, the arguments, the variables as NAME=value
 */
#ifndef MILLIRUN_JOB_TEXT_H
#define MILLIRUN_JOB_TEXT_H

#include <stddef.h>
#include <stdint.h>

#include "wire.h"

struct job_text {
    uint32_t hosts;
    const char *directory;
    char **arguments; /* NULL at the end */
    char **variables; /* NULL at the end */
};

void job_text_put(struct queue *, uint32_t first, const struct job_text *);

/* 0, or -1 when the body is not one.  The strings are copies. */
int job_text_get(const struct wire_frame *, struct job_text *);

/* What of `environment` a remote host should have: all but what belongs to
 * the login session or the machine.  The result is fresh, the strings are
 * those given. */
char **job_text_portable(char **environment);

#endif

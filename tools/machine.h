/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * A machine of the job, as the launcher sees it: the agent there, reached
 * through two pipes.
 */
#ifndef MILLIRUN_MACHINE_H
#define MILLIRUN_MACHINE_H

#include <sys/types.h>

#include "hostlist.h"
#include "spawn.h"
#include "wire.h"

struct machine {
    const struct place *place;
    pid_t pid; /* of the agent, or of the remote shell that carries it */
    int to;    /* its input; -1 once closed */
    int from;
    struct queue down;
    struct inbox up;
    int has_greeted; /* the agent's magic has arrived */
    int error;       /* errno: why it could not be read from */
};

/* Starts the agent.  0, or the errno why it cannot be; *what is what failed:
 * the command, or a call that comes before it. */
int machine_start(struct machine *, const char *rsh,
                  const struct signals *before, const char **what);

/* Reads what the agent sent and checks its greeting.  1: frames may have
 * arrived; 0: the agent is gone; -1: what answers is no agent. */
int machine_read(struct machine *);

/* How the process ended, in words, "ssh exited with status 255"; waits a
 * moment for it.  The text is fresh. */
char *machine_epitaph(struct machine *, const char *rsh);

/* Closes the pipes, which makes an agent end its hosts and itself. */
void machine_close(struct machine *);
/* Waits until `deadline_ms` for the process, then kills it. */
void machine_reap(struct machine *, int64_t deadline_ms);

#endif

/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Starting one host process.
 */
#ifndef MILLIRUN_SPAWN_H
#define MILLIRUN_SPAWN_H

#include <signal.h>
#include <stdint.h>
#include <sys/types.h>

struct spawned {
    pid_t pid; /* also its process group */
    int boot;  /* the launcher's end of the boot socket */
    int input; /* the host's standard input; -1 when it has none */
    int output;
    int errors;
};

/* What a process had of signals before we changed it, for its children. */
struct signals {
    sigset_t mask;
    void (*pipe)(int);
};

/* Descriptors 0, 1 and 2 exist from here on, so that nothing else gets those
 * numbers; SIGPIPE is an error of write, and as many descriptors as allowed
 * may be open.  Blocks the signals of `set` and opens a descriptor that reads
 * them. */
int signals_open(const sigset_t *set, struct signals *before);
/* In a child, before exec. */
void signals_restore(const struct signals *before);

/* Starts arguments[0] as host `number` with the environment of this process
 * and waits until it runs the program.  Host 0 alone has a standard input.
 * The ends here do not block and are closed on exec.  0, or the errno of what
 * failed, which *what names: a call, or the program. */
int spawn_host(char **arguments, uint32_t number, const struct signals *before,
               struct spawned *, const char **what);

/* Which limit of the user's such an error may come from, to stand behind it;
 * "" when none does. */
const char *spawn_advice(int error);

#endif

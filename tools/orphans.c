/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "orphans.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "say.h"

/* Children that were there before: a shell that has replaced itself by us
 * (exec millirun) leaves us its own, such as the tee that reads our output. */
static struct pids {
    pid_t *list;
    size_t count;
} spared;

static struct pids read_children(void)
{
    /* A kernel without this list: process groups were ended all the same. */
    FILE *file = fopen("/proc/thread-self/children", "re");
    struct pids pids = {0};
    pid_t pid;

    while (file && fscanf(file, "%d", &pid) == 1) {
        pids.list = xrealloc(pids.list, (pids.count + 1) * sizeof *pids.list);
        pids.list[pids.count++] = pid;
    }
    if (file)
        fclose(file);
    return pids;
}

void orphans_adopt(void)
{
    spared = read_children();
    prctl(PR_SET_CHILD_SUBREAPER, 1);
}

static int is_spared(pid_t pid)
{
    for (size_t i = 0; i < spared.count; i++) {
        if (spared.list[i] == pid)
            return 1;
    }
    return 0;
}

void orphans_end(void)
{
    size_t ended;

    /* Each round makes the children of those that it ends ours. */
    do {
        struct pids pids = read_children();

        ended = 0;
        for (size_t i = 0; i < pids.count; i++) {
            if (is_spared(pids.list[i]))
                continue;
            kill(pids.list[i], SIGKILL);
            ended += waitpid(pids.list[i], NULL, 0) > 0;
        }
        free(pids.list);
    } while (ended);
}

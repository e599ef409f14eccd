/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * millirun starts a job's hosts and is what they share before they know each
 * other.  Reading order: options.h, hostlist.h, wire.h (launcher and agents),
 * job.h (what is decided), launch.c (the loop), agent.c (the other end).
 */
#include <string.h>

#include "agent.h"
#include "hostlist.h"
#include "launch.h"
#include "options.h"

int main(int count, char **arguments)
{
    struct options options;
    struct hostlist list;

    if (count == 2 && strcmp(arguments[1], "--agent") == 0)
        return agent_main();
    options_read(count, arguments, &options);
    hostlist_read(&options, &list);
    hostlist_resolve(&list);
    return launch(&options, &list);
}

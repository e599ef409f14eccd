/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Hosts that share a machine divide its processors, in blocks, as launchers of
 * MPI programs do.
 *
 * The reason is not that threads would wander; it is the translation caches.
 * A minipage that is protected or closed must leave those of every processor
 * on which a thread of the process has lately run, and the kernel interrupts
 * each of them for that and waits.  When a host's server thread has visited
 * the neighbour's processor, every invalidation costs such an interrupt: on a
 * virtual machine more than all the rest of a remote fault.
 *
 * With more hosts than processors nobody is bound: the scheduler knows better
 * than we who is waiting.
 */
#include <sched.h>
#include <unistd.h>

#include "base/config.h"
#include "engine_internal.h"

static cpu_set_t allowed;
unsigned mpg__cores_here = 1;

/* The numbers of those that belong to the index-th of so many hosts. */
static cpu_set_t share_of(unsigned index, unsigned hosts, unsigned cores)
{
    cpu_set_t share;
    CPU_ZERO(&share);
    unsigned nth = 0;
    for (unsigned cpu = 0; cpu < CPU_SETSIZE; cpu++) {
        if (!CPU_ISSET(cpu, &allowed))
            continue;
        if (nth >= index * cores / hosts && nth < (index + 1) * cores / hosts)
            CPU_SET(cpu, &share);
        nth++;
    }
    return share;
}

unsigned mpg__cores_divide(unsigned index, unsigned hosts)
{
    if (sched_getaffinity(0, sizeof allowed, &allowed)) {
        /* More processors than a set holds: nobody is bound. */
        long online = sysconf(_SC_NPROCESSORS_ONLN);
        return online < (long)hosts ? 2 : 1;
    }
    unsigned cores = (unsigned)CPU_COUNT(&allowed);
    mpg__cores_here = cores > hosts ? cores / hosts : 1;
    if (mpg__config.bind && hosts > 1 && hosts <= cores) {
        cpu_set_t share = share_of(index, hosts, cores);
        /* Where it is refused the host runs anywhere. */
        (void)sched_setaffinity(0, sizeof share, &share);
    }
    return (hosts + cores - 1) / cores;
}

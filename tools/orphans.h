/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Processes that hosts leave behind: what a host has started may have left
 * its process group, and outlives it.  Such a process becomes a child of the
 * nearest ancestor that adopts, and is ended with the job.
 */
#ifndef MILLIRUN_ORPHANS_H
#define MILLIRUN_ORPHANS_H

/* From here on this process adopts. */
void orphans_adopt(void);

/* Kills and reaps every child of this process, whoever it is, and those that
 * become children by it. */
void orphans_end(void);

#endif

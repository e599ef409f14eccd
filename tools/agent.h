/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#ifndef MILLIRUN_AGENT_H
#define MILLIRUN_AGENT_H

/* `millirun --agent`: runs the hosts of one machine for a launcher at the
 * other end of standard input and output (wire.h).  Returns the exit status. */
int agent_main(void);

#endif

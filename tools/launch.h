/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#ifndef MILLIRUN_LAUNCH_H
#define MILLIRUN_LAUNCH_H

#include "hostlist.h"
#include "options.h"

/* Runs the job and answers its exit status.  When it returns nothing that it
 * started is left. */
int launch(const struct options *, const struct hostlist *);

#endif

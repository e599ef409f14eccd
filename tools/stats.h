/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * The file of --stats.
 */
#ifndef MILLIRUN_STATS_H
#define MILLIRUN_STATS_H

#include <stdio.h>

/* texts[h] are host h's lines "name value", or NULL when it sent none.
 * Answers 0, or -1 with errno. */
int stats_write(FILE *, char *const *texts, int hosts);

#endif

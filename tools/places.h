/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Where instructions are in the source.
 */
#ifndef MILLIRUN_PLACES_H
#define MILLIRUN_PLACES_H

#include "account.h"

/* Fills in the first `count` sites' text: "function, file:line", or what is
 * known of that.  Asks addr2line, once for each file of code. */
void places_look_up(struct sites *, int count);

#endif

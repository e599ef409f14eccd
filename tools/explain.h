/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * The text of --explain.
 */
#ifndef MILLIRUN_EXPLAIN_H
#define MILLIRUN_EXPLAIN_H

#include <stdio.h>

#include "account.h"

/* Sorts the account and writes what it says, and what would help.  Answers 0,
 * or -1 with errno. */
int explain_write(FILE *, struct account *);

#endif

/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#ifndef MPG_TEST_MEET_H
#define MPG_TEST_MEET_H

#include "boot/boot.h"

/* Listens on the address that the welcome gave, connects to every other host
 * at the address that its card gives, and shows it the job's secret.  One
 * round of cards.  Ends the job when somebody cannot be reached or does not
 * know the secret. */
void meet(const struct mpg__boot_self *);

#endif

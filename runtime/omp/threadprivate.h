/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * threadprivate: threadprivate.c.
 */
#ifndef MPG_OMP_THREADPRIVATE_H
#define MPG_OMP_THREADPRIVATE_H

#include <stdint.h>

/* Whether this thread has any copies: host 0's, when a region begins. */
uint32_t mpg__private_any(void);
/* Every thread, before its part of a region: the originals of this host get
 * what thread 0 has in its copies, for copyin to find there. */
void mpg__private_refresh(uint32_t are_any);

#endif

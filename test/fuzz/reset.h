/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Keeps the state of the runtime's files (see fresh.h) and brings it back.
 */
#ifndef MPG_TEST_RESET_H
#define MPG_TEST_RESET_H

#define RESET_MAPPING_MAX (1u << 20) /* bytes; more is out of memory */

/* From here on: what is mapped now is zeroed, what comes later is unmapped. */
void reset_keep(void);
void reset_now(void);

#endif

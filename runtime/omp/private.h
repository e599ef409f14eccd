/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Private memory of hosts lies at different addresses, so that a pointer to
 * another host's is found out.
 */
#ifndef MPG_OMP_PRIVATE_H
#define MPG_OMP_PRIVATE_H

/* Sets the heap and the mappings of this host apart from those of the others,
 * and has the line about a crash name the host that the address belongs to.
 * Once, before the program allocates anything. */
void mpg__omp_private_start(void);

#endif

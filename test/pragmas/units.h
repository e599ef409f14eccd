/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * One pragma in a header serves every unit.
 */
#define CELLS 64

#pragma millipage shared granularity(element)
extern long cells[CELLS];

#pragma millipage shared granularity(256)
extern int table[CELLS][8];

extern long total, *first_cell;
#pragma millipage shared(total, first_cell)

void use(int host, int hosts);
long *counter(void);

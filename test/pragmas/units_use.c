/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * The other unit, which defines none of the shared variables.
 */
#include "units.h"

/* A static local is shared too; each host sees the one. */
long *counter(void)
{
#pragma millipage shared
    static long count;
    return &count;
}

void use(int host, int hosts)
{
    cells[8 + host] = 100 + host;
    table[16 + host][7] = host;
    __atomic_fetch_add(&total, 1, __ATOMIC_SEQ_CST);
    __atomic_fetch_add(counter(), 1, __ATOMIC_SEQ_CST);
    (void)hosts;
}

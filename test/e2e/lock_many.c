/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Any number is a lock: thousands of them, the largest id among them, held at
 * the same time by different hosts.
 */
#include <limits.h>

#include "spmd.h"

enum { LOCKS = 1500 };

static unsigned id_of(int i)
{
    return i == 0 ? UINT_MAX : (unsigned)i * 2654435u;
}

int main(void)
{
    volatile int *numbers = spmd_malloc(LOCKS * sizeof *numbers);
    for (int i = mpg_host(); i < LOCKS; i += mpg_hosts())
        mpg_lock(id_of(i));
    mpg_barrier();
    for (int i = mpg_host(); i < LOCKS; i += mpg_hosts())
        mpg_unlock(id_of(i));
    for (int i = 0; i < LOCKS; i += 25) {
        mpg_lock(id_of(i));
        numbers[i]++;
        mpg_unlock(id_of(i));
    }
    mpg_barrier();
    for (int i = 0; i < LOCKS; i += 25)
        CHECK_EQ(numbers[i], mpg_hosts());
    return spmd_report();
}

/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Who is who, and the least that sharing must do: each host in turn sees what
 * the one before has written.
 */
#include "spmd.h"

int main(void)
{
    int host = mpg_host(), hosts = mpg_hosts();
    CHECK_GE(host, 0);
    CHECK_LT(host, hosts);
    volatile long *number = spmd_malloc(sizeof *number);
    for (int round = 0; round < 20; round++) {
        if (round % hosts == host) {
            CHECK_EQ(*number, round);
            *number = round + 1;
        }
        mpg_barrier();
        CHECK_EQ(*number, round + 1);
        mpg_barrier();
    }
    return spmd_report();
}

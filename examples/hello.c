/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include <millipage.h>
#include <stdio.h>

#pragma millipage shared granularity(element)
long square[4096];

int main(void)
{
    square[mpg_host()] = (long)mpg_host() * mpg_host();
    mpg_barrier();
    if (mpg_host() == 0)
        for (int host = 0; host < mpg_hosts(); host++)
            printf("host %d wrote %ld\n", host, square[host]);
    return 0;
}

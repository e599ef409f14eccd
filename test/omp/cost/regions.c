/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * What regions without data cost: regions.sh counts it.
 *
 *     regions COUNT
 *
 * RUN: %S/regions.sh %t %s
 */
#include <stdlib.h>

int main(int count, char **arguments)
{
    long regions = count > 1 ? atol(arguments[1]) : 1;
    for (long i = 0; i < regions; i++) {
#pragma omp parallel
        __asm__ volatile(""); /* or the compiler leaves the region out */
    }
    return 0;
}

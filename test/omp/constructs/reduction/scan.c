/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Prefix sums by reduction(inscan) and scan, inclusive and exclusive.
 */
// HARD: scan
#include <stdio.h>

int main(void)
{
    int a[50], before[50], sum = 0, other = 0;

#pragma omp parallel for reduction(inscan, + : sum)
    for (int i = 0; i < 50; i++) {
        sum += i;
#pragma omp scan inclusive(sum)
        a[i] = sum;
    }
#pragma omp parallel for reduction(inscan, + : other)
    for (int i = 0; i < 50; i++) {
        before[i] = other;
#pragma omp scan exclusive(other)
        other += i;
    }
    printf("%d %d %d %d\n", a[10], a[49], before[10], before[49]);
    return 0;
}

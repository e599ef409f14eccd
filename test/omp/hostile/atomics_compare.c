/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Atomic compare (OpenMP 5.1): minimum, maximum and compare-and-swap, on
 * integers and doubles.
 */
// NEEDS: OpenMP 5.1 in the compiler: gcc 12, clang 15
#include <stdio.h>

static int least = 1 << 30, most = -1, owner = -1;
static double lowest = 1e9;
static unsigned long highest;

int main(void)
{
    int winners = 0;

#pragma omp parallel for schedule(dynamic, 3) reduction(+ : winners)
    for (int i = 0; i < 200; i++) {
        int value = (i * 77 + 13) % 499;
#pragma omp atomic compare
        if (value < least) {
            least = value;
        }
#pragma omp atomic compare
        most = most < value ? value : most;
        double real = value * 0.5 - 20;
#pragma omp atomic compare
        if (real < lowest) {
            lowest = real;
        }
        unsigned long wide = (unsigned long)value << 40;
#pragma omp atomic compare
        highest = highest < wide ? wide : highest;
        /* Who finds nobody becomes the owner. */
        int expected = -1;
#pragma omp atomic compare
        if (owner == expected) {
            owner = i;
        }
        int now;
#pragma omp atomic read
        now = owner;
        winners += now >= 0;
    }
    printf("%d %d %.1f %lx %d %d\n", least, most, lowest, highest, winners,
           owner >= 0 && owner < 200);
    return 0;
}

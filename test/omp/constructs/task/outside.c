/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Tasks outside of any region, and in a region of one thread: they run, at
 * once or later, but before they are waited for.
 */
#include <stdio.h>

int main(void)
{
    int a = 0, b = 0, c = 0;

#pragma omp task shared(a)
    a = 1;
#pragma omp taskwait
#pragma omp parallel num_threads(1)
    {
#pragma omp task shared(b)
        b = a + 1;
#pragma omp taskwait
#pragma omp task shared(c)
        c = b + 1;
    }
    printf("%d %d %d\n", a, b, c);
    return 0;
}

/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * simd, for simd and declare simd: loops that only the compiler has to know
 * about, with reductions and lastprivate.
 */
#include <stdio.h>

#pragma omp declare simd notinbranch
static float twice(float x)
{
    return x + x;
}

int main(void)
{
    float a[128], sum = 0, last = 0;

#pragma omp simd lastprivate(last)
    for (int i = 0; i < 128; i++) {
        a[i] = twice((float)i);
        last = a[i];
    }
#pragma omp parallel for simd reduction(+ : sum) simdlen(4) num_threads(3)
    for (int i = 0; i < 128; i++)
        sum += a[i];
    printf("%.1f %.1f\n", (double)sum, (double)last);
    return 0;
}

/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * ordered in static, chunked and dynamic loops: the regions run in the order
 * of the iterations; some iterations have none.
 */
#include <stdio.h>

static int sequence[400], length;

static void note(int value)
{
    sequence[length++] = value; /* only in ordered regions */
}

int main(void)
{
#pragma omp parallel num_threads(4)
    {
#pragma omp for ordered schedule(static)
        for (int i = 0; i < 30; i++) {
#pragma omp ordered
            note(i);
        }
#pragma omp for ordered schedule(static, 2)
        for (int i = 30; i > 0; i -= 2) {
#pragma omp ordered
            note(100 + i);
        }
#pragma omp for ordered schedule(dynamic, 3)
        for (long i = 0; i < 40; i++) {
            if (i % 3 == 0) {
#pragma omp ordered
                note(200 + (int)i);
            }
        }
#pragma omp for ordered schedule(guided)
        for (unsigned u = 0; u < 20; u++) {
#pragma omp ordered
            note(300 + (int)u);
        }
    }
    for (int i = 0; i < length; i++)
        printf("%d%c", sequence[i], i % 15 == 14 ? '\n' : ' ');
    printf("\n");
    return 0;
}

/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * atomic with memory orders and hints, in each of its kinds, on plain and
 * indexed places; test/omp/hostile has every type.
 */
#include <omp.h>
#include <stdio.h>

int main(void)
{
    int x = 0, y = 0, cells[4] = {0}, *p = &y;
    double d = 0;
    long wrong = 0;

#pragma omp parallel for num_threads(4) reduction(+ : wrong)
    for (int i = 0; i < 100; i++) {
        int v;
#pragma omp atomic seq_cst
        x++;
#pragma omp atomic relaxed
        *p += 2;
#pragma omp atomic acq_rel capture
        v = cells[i % 4]++;
        wrong += v < 0 || v >= 25;
#pragma omp atomic release
        d += 0.5;
#pragma omp atomic read acquire
        v = x;
        wrong += v < 1 || v > 100;
#pragma omp atomic hint(omp_sync_hint_uncontended)
        x += 0;
#pragma omp atomic capture seq_cst
        {
            cells[0] ^= 0;
            v = cells[0];
        }
        wrong += v > 25;
    }
#pragma omp parallel num_threads(2)
    {
#pragma omp atomic write seq_cst
        cells[3] = 7;
    }
    printf("%d %d %.1f %d %d %ld\n", x, y, d, cells[0], cells[3], wrong);
    return 0;
}

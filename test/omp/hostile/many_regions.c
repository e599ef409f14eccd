/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Two thousand regions in a loop, each with little to do, with different
 * teams and captures in between: what a region leaves behind adds up.
 */
#include <omp.h>
#include <stdio.h>

static int global;

int main(void)
{
    long sum = 0, cells[8] = {0};

    for (int r = 0; r < 2000; r++) {
        int local = r;
#pragma omp parallel for schedule(static, 1)
        for (int i = 0; i < 8; i++)
            cells[i] += local + i;
        global++;
    }
    for (int i = 0; i < 8; i++)
        sum += cells[i];
    printf("%d regions, %ld\n", global, sum);

    int members = 0;
    for (int r = 0; r < 300; r++) {
#pragma omp parallel num_threads(1 + r % 4) reduction(+ : members)
        members += omp_get_num_threads() == 1 + r % 4;
    }
    printf("%d\n", members);
    return 0;
}

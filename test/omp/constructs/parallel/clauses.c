/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * parallel with every clause for data: shared, private, firstprivate,
 * default(none), and a return value from a function that runs the region.
 */
#include <omp.h>
#include <stdio.h>

static int file_scope = 3;

static int count_members(int wanted)
{
    int members = 0;
#pragma omp parallel num_threads(wanted)
    {
#pragma omp atomic
        members++;
    }
    return members;
}

int main(void)
{
    int given = 7, own = 1, total = 0, ids = 0;

#pragma omp parallel num_threads(4) default(none)                              \
    firstprivate(given) private(own) shared(total, ids, file_scope)
    {
        own = omp_get_thread_num();
        given += own;
#pragma omp atomic
        total += given * file_scope;
#pragma omp atomic
        ids |= 1 << own;
    }
    printf("%d %d %d %x\n", given, own, total, (unsigned)ids);
    for (int n = 1; n <= 9; n++)
        printf("%d ", count_members(n));
    putchar('\n');
    return 0;
}

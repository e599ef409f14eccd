/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Copies between devices that wait for what their objects depend on.
 *
 * RUN: %same %s
 */
#include <omp.h>
#include <stdio.h>

/* SAYS: 0 0 1 2 3 4 5 6 7 8 9
 * SAYS: 0 7 8
 * SAYS: 1
 */
int main(void)
{
    int from[10] = {0}, to[10] = {0}, table[4][5], part[2] = {0}, error = -1;
    int device = omp_get_initial_device();
#pragma omp parallel num_threads(4)
#pragma omp single
    {
        omp_depend_t whole, first;
        const size_t sizes[2] = {1, 2}, none[2] = {0, 0}, at[2] = {3, 2};
        const size_t room[2] = {4, 5}, row[2] = {1, 2};
#pragma omp depobj(whole) depend(inout : from)
#pragma omp depobj(first) depend(in : table)
        for (int i = 0; i < 10; i++)
#pragma omp task depend(inout : from) shared(from) firstprivate(i)
            from[i] = i;
#pragma omp task depend(out : table) shared(table)
        for (int i = 0; i < 20; i++)
            table[i / 5][i % 5] = i - 10;
        error = omp_target_memcpy_async(to, from, sizeof to, 0, 0, device,
                                        device, 1, &whole);
        printf("%d", error);
        for (int i = 0; i < 10; i++)
            printf(" %d", to[i]);
        omp_depend_t both[] = {whole, first};
        error = omp_target_memcpy_rect_async(part, table, sizeof **table, 2,
                                             sizes, none, at, row, room, device,
                                             device, 2, both);
        printf("\n%d %d %d\n", error, part[0], part[1]);
        error = omp_target_memcpy_async(to, from, 4, 0, 0, 77, device, 0, NULL);
#pragma omp depobj(whole) destroy
#pragma omp depobj(first) destroy
    }
    printf("%d\n", error != 0);
    return 0;
}

/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Memory of the only device, the host; teams; and whether a task is explicit.
 *
 * RUN: %same %s
 */
#include <omp.h>
#include <stdio.h>

enum { ROWS = 6, COLUMNS = 8 };

static void copy(void)
{
    int host = omp_get_initial_device();
    int *list = omp_target_alloc(1000 * sizeof *list, host);
    int copied[1000], sum = 0;

    printf("%d %d\n", list != NULL, omp_target_is_present(list, host));
#pragma omp parallel for num_threads(4)
    for (int i = 0; i < 1000; i++)
        list[i] = i;
    printf("%d\n", omp_target_memcpy(copied, list, 500 * sizeof *list,
                                     100 * sizeof *list, 200 * sizeof *list,
                                     host, host));
    for (int i = 100; i < 600; i++)
        sum += copied[i];
    printf("%d\n", sum);
    omp_target_free(list, host);
    omp_target_free(NULL, host);
}

/* Two rows of three from the middle of one array to a corner of another. */
static void copy_part(void)
{
    int host = omp_get_initial_device();
    static short from[ROWS][COLUMNS], to[4][5];
    size_t sizes[] = {2, 3}, to_at[] = {1, 2}, from_at[] = {3, 4};
    size_t to_room[] = {4, 5}, from_room[] = {ROWS, COLUMNS};

    for (int i = 0; i < ROWS; i++)
        for (int j = 0; j < COLUMNS; j++)
            from[i][j] = (short)(10 * i + j);
    printf("%d\n",
           omp_target_memcpy_rect(to, from, sizeof **to, 2, sizes, to_at,
                                  from_at, to_room, from_room, host, host));
    for (int i = 0; i < 4; i++)
        for (int j = 0; j < 5; j++)
            printf(j < 4 ? "%d " : "%d\n", to[i][j]);
    printf("%d\n", omp_target_memcpy_rect(NULL, NULL, 0, 0, NULL, NULL, NULL,
                                          NULL, NULL, host, host) >= 3);
}

/* gcc 12 does not have the routine: this is what it should answer. */
static int is_explicit(int expected)
{
#ifdef __MILLIPAGE__
    (void)expected;
    return omp_in_explicit_task();
#else
    return expected;
#endif
}

int main(void)
{
    int explicit_ones = 0;

    copy();
    copy_part();
    printf("%d\n", omp_get_max_teams());
    omp_set_num_teams(3);
    omp_set_teams_thread_limit(5);
    printf("%d %d\n", omp_get_max_teams(), omp_get_teams_thread_limit());
    printf("%d\n", is_explicit(0));
#pragma omp parallel num_threads(4) reduction(+ : explicit_ones)
    {
        explicit_ones += is_explicit(0);
#pragma omp single
        for (int i = 0; i < 10; i++)
#pragma omp task shared(explicit_ones)
#pragma omp atomic
            explicit_ones += is_explicit(1);
    }
    printf("%d\n", explicit_ones);
    return 0;
}

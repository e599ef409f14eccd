/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Formats that say where a thread is.
 */
#include <omp.h>
#include <stdio.h>
#include <string.h>

int main(void)
{
    char text[80], lines[4][80];

    omp_set_affinity_format("thread %n of %{num_threads}");
    printf("%zu\n", omp_get_affinity_format(text, sizeof text));
    printf("%s\n", text);
    printf("%zu\n", omp_get_affinity_format(text, 9));
    printf("%s\n", text);
    printf("%zu\n", omp_get_affinity_format(NULL, 0));
#pragma omp parallel num_threads(4)
    omp_capture_affinity(lines[omp_get_thread_num()], 80,
                         omp_get_thread_num() % 2 ? NULL
                                                  : "%L|%0.4n|%.4n|%4n|%%|%a");
    for (int i = 0; i < 4; i++)
        printf("%s\n", lines[i]);
    omp_capture_affinity(text, sizeof text, "%t %T %{team_num}");
    printf("%s\n", text);
    printf("%zu\n", omp_capture_affinity(text, 3, "abcdef"));
    printf("%s\n", text);
    omp_capture_affinity(text, sizeof text, "%H");
    size_t host = strlen(text);
    omp_capture_affinity(text, sizeof text, "%P %i %A");
    printf("%d %d\n", host > 0, strlen(text) > 5);
    return 0;
}

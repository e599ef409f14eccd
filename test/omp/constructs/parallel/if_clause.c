/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * parallel if: when the condition is false the team is one thread, the
 * encountering one.
 */
#include <omp.h>
#include <stdio.h>

int main(void)
{
    for (int wanted = 0; wanted < 4; wanted++) {
        int members = 0, level = -1, in = -1;
#pragma omp parallel if (wanted > 1) num_threads(wanted + 1)
        {
#pragma omp atomic
            members++;
#pragma omp master
            {
                level = omp_get_level();
                in = omp_in_parallel();
            }
        }
        printf("%d: %d members, level %d, parallel %d\n", wanted, members,
               level, in);
    }
    return 0;
}

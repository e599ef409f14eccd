/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * copyin: the master's values at the start of the region, of scalars, arrays
 * and pointers, from a threadprivate of a static local too.
 */
#include <omp.h>
#include <stdio.h>

static int scalar = 1, list[40];
static const char *word = "none";
#pragma omp threadprivate(scalar, list, word)

int main(void)
{
    static double local;
#pragma omp threadprivate(local)
    int wrong = 0;

    for (int round = 0; round < 8; round++) {
        scalar = round * 3;
        list[39] = -round;
        word = round % 2 ? "odd" : "even";
        local = round / 4.0;
#pragma omp parallel num_threads(4) copyin(scalar, list, word, local)          \
    reduction(+ : wrong)
        {
            wrong += scalar != round * 3 || list[39] != -round;
            wrong += word[0] != (round % 2 ? 'o' : 'e') || local * 4 != round;
            /* Everybody spoils their own. */
            scalar = list[39] = -omp_get_thread_num();
            word = "spoilt";
            local = -1;
        }
    }
    printf("%d %d %s\n", wrong, scalar, word);
    return 0;
}

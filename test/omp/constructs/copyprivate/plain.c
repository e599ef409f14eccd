/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * single copyprivate: every thread's private variable gets the value of the
 * one that ran; scalars, arrays, structs, pointers, threadprivate.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int own;
#pragma omp threadprivate(own)

struct setting {
    char name[16];
    double value;
};

int main(void)
{
    int wrong = 0;

#pragma omp parallel num_threads(4) reduction(+ : wrong)
    for (int round = 0; round < 10; round++) {
        int scalar = -1, list[5] = {0};
        struct setting setting = {"", 0};
        int *heap = NULL;
#pragma omp single copyprivate(scalar, list, setting, heap, own)
        {
            scalar = round;
            for (int i = 0; i < 5; i++)
                list[i] = round * i;
            snprintf(setting.name, sizeof setting.name, "r%d", round);
            setting.value = round / 2.0;
            heap = malloc(sizeof *heap);
            *heap = round + 100;
            own = round + 200;
        }
        wrong += scalar != round || list[4] != round * 4;
        wrong += setting.name[1] != '0' + round || setting.value * 2 != round;
        wrong += *heap != round + 100 || own != round + 200;
#pragma omp barrier
#pragma omp single
        free(heap);
    }
    printf("%d\n", wrong);
    return 0;
}

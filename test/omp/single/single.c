/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * single, copyprivate, masked and master.
 *
 * RUN: %same %s
 */
#include <omp.h>
#include <stdio.h>
#include <string.h>

struct record {
    int number;
    double fraction;
    char text[20];
};

int main(void)
{
    struct record record;
    int wrong = 0, times = 0, table[5];
#pragma omp parallel private(record, table) num_threads(4) reduction(+ : wrong)
    {
        for (int round = 0; round < 20; round++) {
#pragma omp single copyprivate(record, table)
            {
                record.number = round;
                record.fraction = round / 2.0;
                strcpy(record.text, "hello");
                for (int i = 0; i < 5; i++)
                    table[i] = round + i;
            }
            wrong += record.number != round || record.text[4] != 'o' ||
                     table[4] != round + 4;
#pragma omp single nowait
            times++;
        }
#pragma omp barrier
#pragma omp masked filter(2)
        printf("masked %d\n", omp_get_thread_num());
#pragma omp barrier
#pragma omp master
        printf("master %d, %d times\n", omp_get_thread_num(), times);
    }
    printf("%d wrong\n", wrong);
    return 0;
}

/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Variables that two translation units share, by extern: arrays, pointers, a
 * static of the same name in each, a threadprivate variable, functions that
 * run regions of their own.
 */
#include <stdio.h>

#include "units.h"

int common_count;
struct record records[30];
struct record *newest;
const char *unit_names[2] = {"a", "b"};
static int hidden = 100; /* not that of the other unit */
int per_thread = -1;

int main(void)
{
    int wrong = 0;

#pragma omp parallel for
    for (int i = 0; i < 30; i++) {
        fill(&records[i], i);
#pragma omp atomic
        common_count++;
#pragma omp atomic
        hidden++;
    }
    run_elsewhere(3);
    per_thread = 5;
#pragma omp parallel num_threads(3) copyin(per_thread) reduction(+ : wrong)
    {
        per_thread += 2;
        wrong += seven() != 7;
    }
    long sum = 0;
    for (int i = 0; i < 30; i++)
        sum += records[i].value * (i + 1);
    printf("%d %d %d %ld %ld %d\n", common_count, hidden, hidden_there(), sum,
           (long)(newest - records), wrong);
    printf("%s %s %.2f\n", unit_names[0], unit_names[1], settings.factor);
    return 0;
}

/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * The other unit of units_a.c.
 */
#include "units.h"

static int hidden;
struct settings settings = {.factor = 1.5, .table = {1, 2, 3}};

void fill(struct record *record, int i)
{
    record->value = i * settings.table[i % 3];
    record->next = i > 0 ? record - 1 : 0;
#pragma omp atomic
    hidden += 2;
}

void run_elsewhere(int times)
{
    for (int t = 0; t < times; t++) {
        settings.factor *= 2;
#pragma omp parallel for schedule(static, 1)
        for (int i = 0; i < 30; i++) {
            records[i].value += (long)(settings.factor * i);
#pragma omp atomic
            common_count += 2;
        }
    }
    newest = &records[29];
    unit_names[1] = "changed";
}

int hidden_there(void)
{
    return hidden;
}

int seven(void)
{
    return per_thread;
}

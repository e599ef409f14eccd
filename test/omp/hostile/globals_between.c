/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Globals that change between regions, outside of any: the next region must
 * see the new value on every thread, and main what the threads wrote.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int mode;
static double scale = 1;
static const char *label = "none";
static int *table; /* another one in each round */
static struct {
    char name[20];
    int size;
    int *end;
} config;
static char answer[64];

int main(void)
{
    long total = 0;

    for (int round = 1; round <= 40; round++) {
        mode = round % 3;
        scale *= 1.0625;
        label = round % 2 ? "odd" : "even";
        config.size = round * 10;
        free(table);
        table = calloc((size_t)config.size, sizeof *table);
        config.end = table + config.size;
        snprintf(config.name, sizeof config.name, "round %d", round);

        int right = 0;
#pragma omp parallel for reduction(+ : right) schedule(static)
        for (int i = 0; i < config.size; i++) {
            table[i] = mode == 0 ? i : mode == 1 ? -i : (int)(i * scale);
            right += strlen(label) == (round % 2 ? 3 : 4) &&
                     atoi(config.name + 6) == round &&
                     config.end - table == round * 10;
        }
        for (int i = 0; i < config.size; i++)
            total += table[i];
        if (right != config.size)
            printf("%s: %d of %d\n", config.name, right, config.size);
#pragma omp parallel
#pragma omp single
        snprintf(answer, sizeof answer, "%s, %s, %ld", config.name, label,
                 total);
        if (round % 10 == 0)
            puts(answer);
    }
    free(table);
    return 0;
}

/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Many small objects of malloc, as a list that goes from one to the next in no
 * order.  An OpenMP unit that includes this has them in shared memory, another
 * one in its own.
 */
#ifndef MPG_BENCH_OBJECTS_H
#define MPG_BENCH_OBJECTS_H

#include <stdio.h>
#include <stdlib.h>

enum { OBJECTS = 16384 };

struct object {
    struct object *next;
    long value;
    char rest[32];
};

static struct object *objects_make(void)
{
    struct object **all = malloc(OBJECTS * sizeof *all), *list = NULL;
    for (long i = 0; all && i < OBJECTS; i++)
        if (!(all[i] = calloc(1, sizeof *all[i])))
            all = NULL;
    if (!all) {
        perror("mpgbench: objects");
        exit(1);
    }
    for (long i = 0; i < OBJECTS; i++) {
        struct object *one = all[i * 40503 % OBJECTS]; /* an odd factor */
        one->next = list;
        list = one;
    }
    free(all);
    return list;
}

static inline void objects_change(struct object *list)
{
    for (; list; list = list->next)
        list->value++;
}

static inline void objects_free(struct object *list)
{
    while (list) {
        struct object *next = list->next;
        free(list);
        list = next;
    }
}

static long objects_sum(const struct object *list)
{
    long sum = 0;
    for (; list; list = list->next)
        sum += list->value;
    return sum;
}

#endif

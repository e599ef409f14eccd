/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Many small objects share pages.  Here hosts use different ones of each page
 * in each turn; unless they are APART.  packed.sh looks what is said of it, and
 * whether it helps.
 *
 * RUN: %same %s
 * RUN: %same %s -DAPART
 * RUN: %S/packed.sh %t %s
 */
#include <stdio.h>
#include <stdlib.h>

enum { LISTS = 16, COUNT = 1600, TURNS = 300 };

struct item {
    long value, key;
    struct item *next;
};

static struct item *lists[LISTS];

/* One list after the other gets one. */
static void make(void)
{
    for (long i = 0; i < COUNT; i++) {
#ifdef APART
#pragma millipage shared granularity(whole)
#endif
        struct item *item = malloc(sizeof *item);
        item->value = 0;
        item->key = i;
        item->next = lists[i % LISTS];
        lists[i % LISTS] = item;
    }
}

static void change(void)
{
#pragma omp parallel for schedule(static)
    for (int i = 0; i < LISTS; i++)
        for (struct item *item = lists[i]; item; item = item->next)
            item->value += item->key;
}

static int free_all(void)
{
    int wrong = 0;
    for (int i = 0; i < LISTS; i++)
        for (struct item *item = lists[i], *next; item; item = next) {
            next = item->next;
            wrong += item->value != TURNS * item->key;
            free(item);
        }
    return wrong;
}

int main(void)
{
    make();
    for (int turn = 0; turn < TURNS; turn++)
        change();
    printf("%d wrong\n", free_all());
    return 0;
}

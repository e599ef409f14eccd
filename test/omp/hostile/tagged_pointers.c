/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Pointers in disguise: as integers, with marks in their low bits, as
 * differences and offsets, compared and hashed; and a struct found from its
 * member.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

struct item {
    int value;
    struct link {
        uintptr_t next; /* the lowest bit is a mark */
    } link;
    ptrdiff_t to_partner; /* in bytes, from this item */
};

static struct item *item_of(uintptr_t link)
{
    return (struct item *)(void *)((char *)(link & ~(uintptr_t)1) -
                                   offsetof(struct item, link));
}

int main(void)
{
    enum { COUNT = 90 };
    struct item *items = calloc(COUNT, sizeof *items);
    long sum = 0, marked = 0, partners = 0, inside = 0;

#pragma omp parallel for schedule(static, 2)
    for (int i = 0; i < COUNT; i++) {
        items[i].value = i;
        items[i].link.next =
            (uintptr_t)&items[(i + 7) % COUNT].link | (uintptr_t)(i % 3 == 0);
        items[i].to_partner = (char *)&items[COUNT - 1 - i] - (char *)&items[i];
    }
#pragma omp parallel for schedule(static, 1)                                   \
    reduction(+ : sum, marked, partners, inside)
    for (int i = 0; i < COUNT; i++) {
        const struct item *item = &items[i];
        for (int hop = 0; hop < 5; hop++) {
            marked += (long)(item->link.next & 1);
            item = item_of(item->link.next);
            inside += item >= items && item < items + COUNT;
        }
        sum += item->value * i;
        const struct item *partner =
            (const void *)((const char *)item + item->to_partner);
        partners += partner->value + item->value == COUNT - 1;
    }
    printf("%ld %ld %ld %ld\n", sum, marked, partners, inside);
    free(items);
    return 0;
}

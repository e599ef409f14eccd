/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Unions seen through each of their members by different threads, and
 * bit-fields of neighbouring structs.
 */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

union number {
    double real;
    uint64_t bits;
    unsigned char bytes[8];
    struct {
        uint32_t low, high;
    } half;
};

struct tagged {
    enum { NOTHING, TEXT, NUMBER, PAIR } kind : 3;
    unsigned used : 1;
    int small : 12;
    unsigned long long wide : 40;
    union {
        char text[16];
        double number;
        struct {
            short a, b;
        } pair;
    };
};

static union number numbers[200];
static struct tagged items[200];

int main(void)
{
    uint64_t sum = 0;
    long total = 0;

#pragma omp parallel for schedule(static, 3)
    for (int i = 0; i < 200; i++) {
        numbers[i].real = i * 0.5 + 1;
        items[i].kind = i % 4;
        items[i].used = i % 2 == 0;
        items[i].small = i * 20 - 2000;
        items[i].wide = 1ull << i % 40;
        if (items[i].kind == TEXT)
            snprintf(items[i].text, sizeof items[i].text, "text %d", i & 255);
        else if (items[i].kind == NUMBER)
            items[i].number = i / 4.0;
        else if (items[i].kind == PAIR)
            items[i].pair.a = (short)i, items[i].pair.b = (short)-i;
    }
#pragma omp parallel for schedule(static, 5) reduction(+ : sum, total)
    for (int i = 0; i < 200; i++) {
        numbers[i].half.low = (uint32_t)i;
        numbers[i].bytes[3] = 7;
        sum += numbers[i].bits >> 3;
        const struct tagged *t = &items[i];
        total += t->used + t->small + (long)(t->wide % 1009);
        total += t->kind == TEXT     ? (long)strlen(t->text)
                 : t->kind == NUMBER ? (long)(t->number * 4)
                 : t->kind == PAIR   ? t->pair.a * 2 + t->pair.b
                                     : 0;
    }
    printf("%016llx %ld\n", (unsigned long long)sum, total);
    return 0;
}

/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Strings and buffers that the C library allocates (strdup, strndup,
 * asprintf, getline, open_memstream), made by one thread and read, written
 * and freed by others.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COUNT = 64 };
static char *text[COUNT];

static char *make(int i)
{
    char *made = NULL;
    size_t size = 0;
    char source[80];

    switch (i % 5) {
    case 0:
        return strdup("a plain duplicate");
    case 1:
        return strndup("cut off somewhere", (size_t)i % 17);
    case 2:
        if (asprintf(&made, "%d in text, %s", i, "and more") < 0)
            abort();
        return made;
    case 3: {
        snprintf(source, sizeof source, "line %d\nthe rest\n", i);
        FILE *stream = fmemopen(source, strlen(source), "r");
        if (getline(&made, &size, stream) < 0)
            abort();
        fclose(stream);
        return made;
    }
    default: {
        FILE *stream = open_memstream(&made, &size);
        for (int k = 0; k < i; k++)
            fprintf(stream, "%d,", k);
        fclose(stream);
        return made;
    }
    }
}

int main(void)
{
    unsigned long sum = 0;

#pragma omp parallel for schedule(static, 3)
    for (int i = 0; i < COUNT; i++)
        text[i] = make(i);
    for (int i = 0; i < COUNT; i += 9)
        printf("%d: %.30s\n", i, text[i]);
    /* Other threads than those that made them. */
#pragma omp parallel for schedule(static, 4) reduction(+ : sum)
    for (int k = 0; k < COUNT; k++) {
        char *t = text[COUNT - 1 - k];
        for (char *c = t; *c; c++) {
            *c = (char)(*c ^ 1);
            sum += (unsigned char)*c * (unsigned long)(c - t + 1);
        }
        free(t);
    }
    printf("%lu\n", sum);
    return 0;
}

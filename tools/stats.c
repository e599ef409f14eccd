/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "stats.h"

#include <inttypes.h>
#include <stdint.h>
#include <string.h>

enum { COUNTS_MAX = 128, NAME_MAX_BYTES = 64 };

struct counts {
    struct count {
        char name[NAME_MAX_BYTES];
        uint64_t value;
    } list[COUNTS_MAX];
    int used;
};

/* Adds to the count of that name, which is a new one in the order of first
 * appearance. */
static void add(struct counts *counts, const char *name, uint64_t value)
{
    struct count *count = counts->list;
    struct count *end = counts->list + counts->used;

    while (count < end && strcmp(count->name, name) != 0)
        count++;
    if (count == end) {
        if (counts->used == COUNTS_MAX)
            return;
        counts->used++;
        *count = (struct count){0};
        strcpy(count->name, name);
    }
    count->value += value;
}

/* Names are identifiers, so that they need no escapes in JSON; a line that is
 * no count is left out. */
static void read_counts(const char *text, struct counts *counts)
{
    for (; *text; text += strcspn(text, "\n"), text += *text == '\n') {
        char name[NAME_MAX_BYTES];
        uint64_t value;

        if (sscanf(text, "%63[A-Za-z0-9_] %" SCNu64, name, &value) == 2)
            add(counts, name, value);
    }
}

static void print(FILE *file, const struct counts *counts, const char *comma)
{
    for (int i = 0; i < counts->used; i++) {
        fprintf(file, "%s\"%s\":%" PRIu64, comma, counts->list[i].name,
                counts->list[i].value);
        comma = ",";
    }
}

int stats_write(FILE *file, char *const *texts, int hosts)
{
    static struct counts total;

    fputs("{\"hosts\":[\n", file);
    for (int h = 0; h < hosts; h++) {
        static struct counts own;

        own.used = 0;
        if (texts[h])
            read_counts(texts[h], &own);
        fprintf(file, "{\"host\":%d", h);
        print(file, &own, ",");
        fputs(h + 1 < hosts ? "},\n" : "}\n", file);
        for (int i = 0; i < own.used; i++)
            add(&total, own.list[i].name, own.list[i].value);
    }
    fputs("],\n\"total\":{", file);
    print(file, &total, "");
    fputs("}}\n", file);
    return fflush(file) == 0 && !ferror(file) ? 0 : -1;
}

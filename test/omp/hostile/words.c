/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Counts words: chunks of a text are cut by tasks, words go into a table of
 * chains with a lock for each bucket, which is doubled, by whoever finds it too
 * full, under a lock of the whole; strings come from strndup and asprintf;
 * sorted by several keys through a table of comparators; a report is written
 * into memory streams by all threads and put together in order.
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct word {
    struct word *next;
    char *text;
    unsigned hash;
    long count, first; /* where it came first */
};

struct bucket {
    omp_lock_t lock;
    struct word *words;
};

static struct {
    struct bucket *buckets;
    unsigned size;
    long words;
    omp_lock_t lock; /* of size and buckets; readers have a count */
    long readers, grown;
} table;

static void make_buckets(unsigned size)
{
    table.buckets = malloc(size * sizeof *table.buckets);
    table.size = size;
    for (unsigned i = 0; i < size; i++) {
        omp_init_lock(&table.buckets[i].lock);
        table.buckets[i].words = NULL;
    }
}

static void begin_read(void)
{
    omp_set_lock(&table.lock);
#pragma omp atomic
    table.readers++;
    omp_unset_lock(&table.lock);
}

static void end_read(void)
{
#pragma omp atomic
    table.readers--;
}

static void grow(void)
{
    long readers;
    omp_set_lock(&table.lock);
    do {
#pragma omp atomic read
        readers = table.readers;
    } while (readers);
    if (table.words > 2 * (long)table.size) {
        struct bucket *old = table.buckets;
        unsigned size = table.size;
        make_buckets(2 * size);
        table.grown++;
        for (unsigned i = 0; i < size; i++) {
            struct word *next, *w = old[i].words;
            for (; w; w = next) {
                struct bucket *b = &table.buckets[w->hash % table.size];
                next = w->next;
                w->next = b->words;
                b->words = w;
            }
            omp_destroy_lock(&old[i].lock);
        }
        free(old);
    }
    omp_unset_lock(&table.lock);
}

static void count_word(const char *text, size_t length, long at)
{
    unsigned hash = 2166136261u;
    int is_full;
    for (size_t i = 0; i < length; i++)
        hash = (hash ^ (unsigned)tolower((unsigned char)text[i])) * 16777619u;
    begin_read();
    struct bucket *b = &table.buckets[hash % table.size];
    omp_set_lock(&b->lock);
    struct word *w = b->words;
    while (w && (w->hash != hash || strncasecmp(w->text, text, length) ||
                 w->text[length]))
        w = w->next;
    if (!w) {
        w = malloc(sizeof *w);
        *w = (struct word){b->words, strndup(text, length), hash, 0, at};
        for (char *c = w->text; *c; c++)
            *c = (char)tolower((unsigned char)*c);
        b->words = w;
#pragma omp atomic
        table.words++;
    }
    w->count++;
    if (at < w->first)
        w->first = at;
    omp_unset_lock(&b->lock);
    long words;
#pragma omp atomic read
    words = table.words;
    is_full = words > 2 * (long)table.size;
    end_read();
    if (is_full)
        grow();
}

static void cut(const char *text, long from, long to)
{
    if (to - from > 400) {
        long middle = (from + to) / 2;
        while (middle < to && isalpha((unsigned char)text[middle]))
            middle++;
#pragma omp task
        cut(text, from, middle);
#pragma omp task
        cut(text, middle, to);
        return;
    }
    for (long i = from; i < to;) {
        long start = i;
        while (i < to && isalpha((unsigned char)text[i]))
            i++;
        if (i > start)
            count_word(text + start, (size_t)(i - start), start);
        else
            i++;
    }
}

static char *make_text(long words)
{
    static const char *const parts[] = {"ba", "Do", "ki", "lu", "me",
                                        "No", "ra", "su", "te", "vy"};
    char *text = NULL;
    size_t bytes = 0;
    unsigned seed = 3;
    FILE *to = open_memstream(&text, &bytes);
    for (long i = 0; i < words; i++) {
        int count = 1;
        while ((seed = seed * 1103515245u + 12345u) >> 31 && count < 4)
            count++;
        for (int p = 0; p < count; p++) {
            seed = seed * 1103515245u + 12345u;
            fputs(parts[(seed >> 24) % 10], to);
        }
        fputs(i % 11 == 10 ? ".\n" : i % 7 == 6 ? ", " : " ", to);
    }
    fclose(to);
    return text;
}

typedef int compare_fn(const void *, const void *);

static int by_text(const void *a, const void *b)
{
    return strcmp((*(struct word *const *)a)->text,
                  (*(struct word *const *)b)->text);
}

static int by_count(const void *a, const void *b)
{
    const struct word *v = *(struct word *const *)a,
                      *w = *(struct word *const *)b;
    return v->count != w->count ? (v->count < w->count) - (v->count > w->count)
                                : by_text(a, b);
}

static int by_first(const void *a, const void *b)
{
    const struct word *v = *(struct word *const *)a,
                      *w = *(struct word *const *)b;
    return (v->first > w->first) - (v->first < w->first);
}

static const struct {
    const char *name;
    compare_fn *compare;
} orders[] = {{"text", by_text}, {"count", by_count}, {"place", by_first}};

int main(void)
{
    char *text = make_text(1500), *reports[3], *line[8];
    omp_init_lock(&table.lock);
    make_buckets(4);
#pragma omp parallel
#pragma omp single
    cut(text, 0, (long)strlen(text));
    struct word **list = malloc((size_t)table.words * sizeof *list);
    long count = 0, sum = 0;
    for (unsigned i = 0; i < table.size; i++)
        for (struct word *w = table.buckets[i].words; w; w = w->next)
            list[count++] = w;
    printf("%ld words, %ld different, table of %u, grown %ld times\n", 1500L,
           count, table.size, table.grown);
#pragma omp parallel for schedule(dynamic, 1)
    for (int o = 0; o < 3; o++) {
        struct word **own = malloc((size_t)count * sizeof *own);
        size_t bytes;
        memcpy(own, list, (size_t)count * sizeof *own);
        qsort(own, (size_t)count, sizeof *own, orders[o].compare);
        FILE *to = open_memstream(&reports[o], &bytes);
        fprintf(to, "by %s:", orders[o].name);
        for (int i = 0; i < 6; i++)
            fprintf(to, " %s=%ld", own[i]->text, own[i]->count);
        fclose(to);
        free(own);
    }
    for (int o = 0; o < 3; o++) {
        puts(reports[o]);
        free(reports[o]);
    }
#pragma omp parallel for
    for (int i = 0; i < 8; i++)
        if (asprintf(&line[i], "%d: %s/%ld", i, i % 2 ? "odd" : "even",
                     (long)i * i) < 0)
            abort();
    for (int i = 0; i < 8; i++) {
        sum += (long)strlen(line[i]);
        free(line[i]);
    }
#pragma omp parallel for reduction(+ : sum)
    for (long i = 0; i < count; i++) {
        sum += list[i]->count * (long)strlen(list[i]->text);
        free(list[i]->text);
        free(list[i]);
    }
    printf("%ld\n", sum);
    free(list);
    free(text);
    return 0;
}

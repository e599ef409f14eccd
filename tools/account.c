/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "account.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "millipage/boot.h"
#include "say.h"

enum { FIELDS_MAX = 10 };

/* A line, cut at its tabs. */
struct line {
    char *fields[FIELDS_MAX];
    int count;
};

static void cut(char *text, struct line *line)
{
    *line = (struct line){0};
    while (text && line->count < FIELDS_MAX)
        line->fields[line->count++] = strsep(&text, "\t");
}

static uint64_t number(const struct line *line, int field)
{
    return strtoull(line->fields[field], NULL, 0);
}

static struct object *object_of(struct account *account, const char *key)
{
    struct object *object;

    for (int i = 0; i < account->used; i++) {
        if (strcmp(account->objects[i].key, key) == 0)
            return &account->objects[i];
    }
    account->objects = xrealloc(account->objects, ((size_t)account->used + 1) *
                                                      sizeof *account->objects);
    object = &account->objects[account->used++];
    *object = (struct object){.key = xstrdup(key)};
    return object;
}

/* Of more than there is room for, the rest is left out: each host tells the
 * busiest first. */
static void add_site(struct sites *sites, const struct site *site)
{
    for (int i = 0; i < sites->used; i++) {
        struct site *known = &sites->list[i];

        if (known->address == site->address &&
            known->is_write == site->is_write &&
            strcmp(known->file, site->file) == 0) {
            known->count += site->count;
            known->ns += site->ns;
            return;
        }
    }
    if (sites->used == ACCOUNT_SITES_MAX)
        return;
    sites->list[sites->used] = *site;
    sites->list[sites->used++].file = xstrdup(site->file);
}

static void add_size(struct sizes *sizes, const struct size *more)
{
    int i = 0;

    while (i < sizes->used && sizes->list[i].bytes != more->bytes)
        i++;
    if (i == ACCOUNT_SIZES_MAX)
        return;
    if (i == sizes->used)
        sizes->list[sizes->used++] = (struct size){.bytes = more->bytes};
    sizes->list[i].apart += more->apart;
    sizes->list[i].spared += more->spared;
    sizes->list[i].came += more->came;
    sizes->list[i].needed += more->needed;
}

/* The lines, each with what it adds; they have at least as many fields. */

static void add_object(struct object *object, const struct line *line)
{
    object->minipage = number(line, 2);
    object->element = number(line, 3);
    object->minipages = number(line, 4);
    if (object->name)
        return;
    object->parts = xstrdup(line->fields[5]);
    object->name = xstrdup(line->fields[6]);
    object->line = (unsigned)number(line, 7);
    object->file = xstrdup(line->fields[8]);
    object->cell = number(line, 9);
}

static void add_made(struct object *object, const struct line *line)
{
    add_site(&object->made, &(struct site){.count = number(line, 2),
                                           .address = number(line, 3),
                                           .file = line->fields[4]});
}

static void add_faults(struct object *object, const struct line *line)
{
    object->reads += number(line, 2);
    object->writes += number(line, 3);
    object->ns += number(line, 4);
    object->consumed += number(line, 5);
    object->overwritten += number(line, 6);
}

static void add_at(struct object *object, const struct line *line)
{
    add_site(&object->sites,
             &(struct site){.is_write = strcmp(line->fields[2], "write") == 0,
                            .count = number(line, 3),
                            .ns = number(line, 4),
                            .address = number(line, 5),
                            .file = line->fields[6]});
}

static void add_came(struct object *object, const struct line *line)
{
    object->came += number(line, 2);
    object->first += number(line, 3);
    object->unchanged += number(line, 4);
    object->apart += number(line, 5);
    object->same += number(line, 6);
}

/* The first two are of all that came, which is not in the line. */
static void add_finer(struct object *object, const struct line *line)
{
    add_size(&object->finer, &(struct size){.bytes = number(line, 2),
                                            .spared = number(line, 3),
                                            .needed = number(line, 4)});
}

static void add_coarser(struct object *object, const struct line *line)
{
    add_size(&object->coarser, &(struct size){.bytes = number(line, 2),
                                              .needed = number(line, 3)});
}

static void add_step(struct object *object, const struct line *line)
{
    add_size(&object->steps, &(struct size){.bytes = number(line, 2),
                                            .apart = number(line, 3),
                                            .spared = number(line, 4),
                                            .came = number(line, 5),
                                            .needed = number(line, 6)});
}

static void add_has(struct object *object, const struct line *line)
{
    object->runs = xrealloc(object->runs, ((size_t)object->runs_used + 1) *
                                              sizeof *object->runs);
    object->runs[object->runs_used++] =
        (struct run){number(line, 2), number(line, 3), number(line, 4)};
}

static const struct {
    const char *name;
    int fields;
    void (*add)(struct object *, const struct line *);
} kinds[] = {
    {"object", 10, add_object}, {"made", 5, add_made},
    {"faults", 7, add_faults},  {"at", 7, add_at},
    {"came", 7, add_came},      {"finer", 5, add_finer},
    {"step", 7, add_step},      {"coarser", 4, add_coarser},
    {"has", 5, add_has},
};

static void add_regions(struct account *account, const struct line *line)
{
    account->hosts = number(line, 1);
    account->regions_ns = number(line, 2);
    account->regions_waited = number(line, 3);
}

static void add_line(struct account *account, char *text)
{
    struct line line;

    cut(text, &line);
    if (line.count < 2)
        return;
    if (strcmp(line.fields[0], "more") == 0)
        account->more += number(&line, 1);
    if (strcmp(line.fields[0], "regions") == 0 && line.count >= 4)
        add_regions(account, &line);
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (strcmp(line.fields[0], kinds[i].name) == 0 &&
            line.count >= kinds[i].fields)
            kinds[i].add(object_of(account, line.fields[1]), &line);
    }
}

void account_add(struct account *account, const char *text)
{
    char *copy = xstrdup(text);
    char *rest = copy;

    while (rest)
        add_line(account, strsep(&rest, "\n"));
    free(copy);
}

/* Order. */

static int descending(uint64_t a, uint64_t b)
{
    return a < b ? 1 : -(a > b);
}

uint64_t object_cost(const struct object *object)
{
    return object->ns + object->came * MPG_BOOT_COMING_NS;
}

static int by_cost(const void *a, const void *b)
{
    return descending(object_cost(a), object_cost(b));
}

static int by_use(const void *a, const void *b)
{
    const struct site *x = a;
    const struct site *y = b;

    return x->ns != y->ns ? descending(x->ns, y->ns)
                          : descending(x->count, y->count);
}

static int by_place(const void *a, const void *b)
{
    const struct run *x = a;
    const struct run *y = b;

    return -descending(x->first, y->first);
}

/* Of which a host has told something, but not what it is; or what cannot be. */
static int makes_sense(const struct object *object)
{
    return object->name && object->minipage && object->element &&
           object->minipages;
}

static void drop_nonsense(struct account *account)
{
    int used = 0;

    for (int i = 0; i < account->used; i++) {
        if (makes_sense(&account->objects[i]))
            account->objects[used++] = account->objects[i];
    }
    account->used = used;
}

void account_sort(struct account *account)
{
    drop_nonsense(account);
    if (account->used)
        qsort(account->objects, (size_t)account->used, sizeof *account->objects,
              by_cost);
    for (int i = 0; i < account->used; i++) {
        struct object *object = &account->objects[i];

        qsort(object->sites.list, (size_t)object->sites.used,
              sizeof *object->sites.list, by_use);
        qsort(object->made.list, (size_t)object->made.used,
              sizeof *object->made.list, by_use);
        if (object->runs)
            qsort(object->runs, (size_t)object->runs_used, sizeof *object->runs,
                  by_place);
    }
}

/* Runs that overlap are of a home that has too many to tell them. */
uint64_t object_divided(const struct object *object, uint64_t bytes,
                        uint64_t *of)
{
    uint64_t width = bytes / object->minipage;
    uint64_t divided = 0;

    if (!width)
        width = 1;
    *of = (object->minipages + width - 1) / width;
    for (int i = 1; i < object->runs_used; i++) {
        const struct run *before = &object->runs[i - 1];
        const struct run *run = &object->runs[i];

        if (run->owner == before->owner)
            continue;
        if (run->first <= before->last)
            return *of;
        divided += run->first / width == before->last / width;
    }
    return divided;
}

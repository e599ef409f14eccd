// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * A stand-in for the runtime, for tests of the plugin: one process, but real
 * views.  Several mappings of one memfd lie side by side; a minipage must be
 * accessed in its own view.  Where neighbours share a page, the pages of a
 * minipage are accessible in no other view (mprotect), so that an access by
 * the wrong address ends the test by SIGSEGV.  With STANDIN_COMPOSED=1 in the
 * environment there is a composed view as well, and loops are to use it.
 */
#define _GNU_SOURCE
#include "millipage/abi.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum {
    PAGE = 4096,
    VIEWS_MAX = 4096,
};
#define VIEW_BYTES ((size_t)16 << 20)

static char *views;      /* the application's, closed at first */
static char *privileged; /* everything is open here */
static int object;
static size_t used;
static unsigned views_mapped;
static uint64_t composed = MPG_COMPOSED_OFF;

void standin_dump(void);

static void die(const char *what)
{
    fprintf(stderr, "standin: %s\n", what);
    abort();
}

static void start(void)
{
    if (views)
        return;
    object = memfd_create("standin", 0);
    if (object < 0 || ftruncate(object, VIEW_BYTES))
        die("no memory object");
    views = mmap((void *)0x200000000000, VIEW_BYTES * (VIEWS_MAX + 1),
                 PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    privileged =
        mmap(NULL, VIEW_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, object, 0);
    if (views == MAP_FAILED || privileged == MAP_FAILED)
        die("no views");
    if (getenv("STANDIN_COMPOSED")) {
        composed = VIEW_BYTES * VIEWS_MAX;
        if (mmap(views + composed, VIEW_BYTES, PROT_READ | PROT_WRITE,
                 MAP_SHARED | MAP_FIXED, object, 0) == MAP_FAILED)
            die("no composed view");
    }
}

static void map_views(unsigned count)
{
    for (; views_mapped < count; ++views_mapped) {
        char *at = views + views_mapped * VIEW_BYTES;
        if (mmap(at, VIEW_BYTES, PROT_NONE, MAP_SHARED | MAP_FIXED, object,
                 0) == MAP_FAILED)
            die("cannot map a view");
    }
}

static size_t gcd(size_t a, size_t b)
{
    return b ? gcd(b, a % b) : a;
}

/* As few views as keep neighbours off each other's pages; a power of two. */
static unsigned views_for(size_t granule)
{
    unsigned n = 1;
    if (granule % PAGE == 0)
        return 1;
    while (n < 1 + (PAGE - gcd(granule, PAGE) + granule - 1) / granule)
        n *= 2;
    return n;
}

static size_t granule_of(const struct mpg_abi_var *var)
{
    if (var->flags & MPG_VAR_CONTIGUOUS)
        return 0;
    return var->grain == MPG_GRAIN_ELEMENT ? var->unit * var->count
                                           : var->count;
}

static void set_geometry(struct mpg_abi_slot *slot, size_t granule, size_t unit)
{
    slot->magic = UINT64_MAX / (granule ? granule / unit : 1);
    slot->mask = granule ? views_for(granule) - 1 : 0;
    slot->stride = VIEW_BYTES;
    slot->composed = slot->mask ? composed : 0;
}

/* Opens each minipage in its view only. */
static void *place(size_t bytes, size_t granule, size_t align)
{
    size_t at, step = granule ? granule : bytes + !bytes;
    unsigned n = granule ? views_for(granule) : 1;
    map_views(n);
    (void)align;
    used = (used + PAGE - 1) / PAGE * PAGE;
    at = used;
    used += bytes + PAGE;
    if (used > VIEW_BYTES)
        die("out of memory");
    for (size_t i = 0; i * step < bytes; ++i) {
        char *view = views + (i & (n - 1)) * VIEW_BYTES;
        size_t from = (at + i * step) / PAGE * PAGE;
        size_t to = (at + (i + 1) * step + PAGE - 1) / PAGE * PAGE;
        if (mprotect(view + from, to - from, PROT_READ | PROT_WRITE))
            die("cannot open a minipage");
    }
    return views + at;
}

/* Variables by name across units; static ones are never shared by units. */
static struct known {
    const struct mpg_abi_var *var;
    void *base;
} known[256];
static unsigned known_count;
static struct mpg_abi_unit *units;
static int is_bound;

void mpg__register(struct mpg_abi_unit *unit)
{
    if (unit->abi != MPG_ABI)
        die("wrong ABI");
    unit->next = units;
    units = unit;
    is_bound = 0;
}

static struct known *find(const struct mpg_abi_var *var)
{
    for (unsigned i = 0; i < known_count; ++i)
        if (!((var->flags | known[i].var->flags) & MPG_VAR_INTERNAL) &&
            !strcmp(known[i].var->name, var->name))
            return &known[i];
    return NULL;
}

static void define(const struct mpg_abi_var *var)
{
    size_t granule = granule_of(var);
    char *base = place(var->size, granule, var->align);
    if (var->init)
        memcpy(privileged + (base - views), var->init, var->size);
    set_geometry(var->slot, granule, var->unit);
    var->slot->base = base;
    known[known_count].var = var;
    known[known_count++].base = base;
}

void mpg__bind(struct mpg_abi_unit *unit)
{
    (void)unit;
    if (is_bound)
        return;
    is_bound = 1;
    for (struct mpg_abi_unit *u = units; u; u = u->next)
        for (unsigned i = 0; i < u->vars_count; ++i) {
            const struct mpg_abi_var *var = &u->vars[i];
            if (var->flags & MPG_VAR_HEAP)
                set_geometry(var->slot, granule_of(var), var->unit);
            else if (var->flags & MPG_VAR_DEFINED)
                define(var);
        }
    for (struct mpg_abi_unit *u = units; u; u = u->next)
        for (unsigned i = 0; i < u->vars_count; ++i)
            if (!(u->vars[i].flags & (MPG_VAR_HEAP | MPG_VAR_DEFINED)) &&
                !find(&u->vars[i]))
                die("a variable is defined nowhere");
}

void mpg__initialise(void *address, const void *value, size_t bytes)
{
    memcpy(privileged + ((char *)address - views) % VIEW_BYTES, value, bytes);
}

void *mpg__malloc(const struct mpg_abi_var *var, size_t bytes)
{
    return place(bytes, granule_of(var), 16);
}

void *mpg__calloc(const struct mpg_abi_var *var, size_t count, size_t bytes)
{
    return mpg__malloc(var, count * bytes);
}

void *mpg__realloc(const struct mpg_abi_var *var, void *old, size_t bytes)
{
    char *new = mpg__malloc(var, bytes);
    char *flat = privileged + (new - views);
    if (old) {
        size_t room = VIEW_BYTES - ((char *)old - views);
        char *from = privileged + ((char *)old - views);
        memmove(flat, from, bytes < room ? bytes : room);
    }
    return new;
}

void *mpg__aligned_alloc(const struct mpg_abi_var *var, size_t align,
                         size_t bytes)
{
    (void)align;
    return mpg__malloc(var, bytes);
}

/* Everything is here. */
__attribute__((weak)) void mpg__foresee(unsigned count, ...)
{
    (void)count;
}

/* What the units said, for tests of the descriptors. */
void standin_dump(void)
{
    for (struct mpg_abi_unit *u = units; u; u = u->next)
        for (unsigned i = 0; i < u->vars_count; ++i) {
            const struct mpg_abi_var *v = &u->vars[i];
            printf("%s:%u:%u: %s flags=%u grain=%u count=%llu size=%llu "
                   "unit=%llu element=%llu init=%d\n",
                   v->file, v->line, v->column, v->name, v->flags, v->grain,
                   (unsigned long long)v->count, (unsigned long long)v->size,
                   (unsigned long long)v->unit, (unsigned long long)v->element,
                   v->init != NULL);
        }
}

__attribute__((constructor(99))) static void early(void)
{
    start();
}

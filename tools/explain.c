/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * What hosts took from each other, in words, and which pragma would help.
 *
 * For each object it is looked at why its minipages came.  Advice is given
 * where the account shows what would be gained by it, and else it is said what
 * the object is: an exchange that belongs to the program is none of a pragma's.
 */
#include "explain.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "millipage/boot.h"
#include "places.h"
#include "say.h"

enum {
    OBJECTS_SHOWN = 12,
    SITES_SHOWN = 4,
    MADE_SHOWN = 2,
    /* Fewer minipages than this are not worth a pragma. */
    CAME_MIN = 20,
    PAGE = 4096,
    /* A minipage costs as much as this many bytes more of one: a round trip of
     * 12 us beside 1.4 us for 4 KiB, as `mpgbench tcp_polling_64
     * tcp_polling_4096` has them, is eight times 4 KiB; half of that is
     * believed, for networks of other kinds. */
    REQUEST_BYTES = 16 << 10,
};

static double percent(uint64_t part, uint64_t whole)
{
    return whole ? 100.0 * (double)part / (double)whole : 0;
}

static int is_share(uint64_t part, uint64_t whole, unsigned least_percent)
{
    return whole && part * 100 >= whole * least_percent;
}

/* Of the heap, that is. */
static int is_nameless(const struct object *object)
{
    return strcmp(object->name, "-") == 0;
}

/* 1.5 GiB, 96 KiB, 40 bytes. */
static void put_bytes(FILE *file, uint64_t bytes)
{
    static const char *const units[] = {"bytes", "KiB", "MiB", "GiB", "TiB"};
    double amount = (double)bytes;
    int unit = 0;

    while (amount >= 1024 && unit < 4) {
        amount /= 1024;
        unit++;
    }
    fprintf(file, "%.*f %s", amount < 10 && unit && bytes % 1024 ? 1 : 0,
            amount, units[unit]);
}

static void put_name(FILE *file, struct object *object)
{
    int shown = object->made.used < MADE_SHOWN ? object->made.used : MADE_SHOWN;

    if (!is_nameless(object)) {
        fprintf(file, "%s (%s:%u)", object->name, object->file, object->line);
        return;
    }
    if (!shown || strcmp(object->made.list[0].file, "-") == 0) {
        fputs(!shown                         ? "memory of the heap"
              : object->minipage % PAGE == 0 ? "locals of threads"
                                             : "memory of the runtime",
              file);
        return;
    }
    places_look_up(&object->made, shown);
    fputs("memory from", file);
    for (int i = 0; i < shown; i++)
        fprintf(file, "%s %s", i ? " and" : "", object->made.list[i].text);
    if (object->made.used > shown)
        fprintf(file, " and %d other places", object->made.used - shown);
}

static void put_sites(FILE *file, struct object *object)
{
    int shown =
        object->sites.used < SITES_SHOWN ? object->sites.used : SITES_SHOWN;

    places_look_up(&object->sites, shown);
    for (int i = 0; i < shown; i++) {
        const struct site *site = &object->sites.list[i];

        fprintf(file, "    %8.1f ms  %6" PRIu64 " %-6s  %s\n",
                (double)site->ns / 1e6, site->count,
                site->is_write ? "writes" : "reads", site->text);
    }
    if (object->sites.used > shown)
        fprintf(file, "    and %d other places\n", object->sites.used - shown);
}

/* Advice. */

/* What comes in minipages of that size costs, in bytes. */
static uint64_t bytes_of(uint64_t minipage, uint64_t count)
{
    return count * (minipage + REQUEST_BYTES);
}

/* Whether it is the size of something that the object is made of. */
static int is_part(const struct object *object, uint64_t bytes)
{
    const char *at = object->parts;

    while (*at) {
        if (strtoull(at, NULL, 10) == bytes)
            return 1;
        at += strcspn(at, ",");
        at += *at == ',';
    }
    return 0;
}

/* How many would have come, in all.  Those that others had not changed still
 * would.  Of what others had changed, and of what comes for the first time, at
 * least one minipage and at most all are needed instead of each that came;
 * which nobody has seen, so the mean of both is taken, the geometric one. */
static uint64_t finer_came(const struct object *object,
                           const struct size *finer)
{
    double one = (double)(finer->came - finer->spared + object->first);
    double all = (double)finer->needed + (double)object->first *
                                             (double)object->minipage /
                                             (double)finer->bytes;

    return (uint64_t)sqrt(one * all) + object->unchanged;
}

static uint64_t finer_cost(const struct object *object,
                           const struct size *finer)
{
    return bytes_of(finer->bytes, finer_came(object, finer));
}

static uint64_t scaled(uint64_t count, uint64_t whole, uint64_t of)
{
    return (uint64_t)((double)count * (double)whole / (double)of);
}

/* The sizes that are worth a look: all that were tried, and the steps that have
 * been looked at for long enough, as if that had been all the time. */
static int list_finer(const struct object *object, struct size *list)
{
    uint64_t came = object->apart + object->same;
    int used = 0;

    for (int i = 0; i < object->finer.used; i++) {
        const struct size *finer = &object->finer.list[i];

        if (!finer->bytes || finer->spared > object->apart)
            continue;
        list[used] = *finer;
        list[used++].came = came;
    }
    for (int i = 0; i < object->steps.used; i++) {
        const struct size *step = &object->steps.list[i];

        if (!step->bytes || !step->apart || step->apart > step->came ||
            step->spared > step->apart || step->apart * 4 < object->apart)
            continue;
        list[used++] = (struct size){
            .bytes = step->bytes,
            .spared = scaled(step->spared, object->apart, step->apart),
            .came = came,
            .needed = scaled(step->needed, came, step->came)};
    }
    return used;
}

/* Whether it is one that its author has in mind: a row, a cell, what the
 * borders are multiples of.  Those were put behind the powers of two. */
static int is_natural(const struct object *object, const struct size *list,
                      int i)
{
    return i >= object->finer.used || is_part(object, list[i].bytes);
}

/* Minipages that cost nearly as little as the best would, and less than nine
 * tenths of what is; 0 bytes when there are none.  Natural ones may cost half
 * as much again: a power of two fits by chance, and the next input has other
 * borders.  Of equals the largest. */
static struct size find_finer(const struct object *object)
{
    struct size list[2 * ACCOUNT_SIZES_MAX];
    int used = list_finer(object, list);
    uint64_t limit = bytes_of(object->minipage, object->came) / 10 * 9;
    uint64_t least = limit;
    struct size found[2] = {{0}}; /* and the natural one */

    for (int i = 0; i < used; i++) {
        uint64_t cost = finer_cost(object, &list[i]);

        least = cost < least ? cost : least;
    }
    for (int i = 0; i < used; i++) {
        uint64_t cost = finer_cost(object, &list[i]);
        int natural = is_natural(object, list, i);

        if (cost < limit && cost <= least / 10 * (natural ? 15 : 11) &&
            list[i].bytes > found[natural].bytes)
            found[natural] = list[i];
    }
    return found[found[1].bytes != 0];
}

/* Larger ones, if the same could come in two thirds of the cost and hardly any
 * of them would be of two hosts; else 0 bytes. */
static struct size find_coarser(const struct object *object)
{
    uint64_t again = object->came - object->first;
    struct size best = {.bytes = object->minipage, .needed = again};
    uint64_t usual = bytes_of(object->minipage, again);

    for (int i = 0; i < object->coarser.used; i++) {
        const struct size *size = &object->coarser.list[i];
        uint64_t of;
        uint64_t divided = object_divided(object, size->bytes, &of);

        if (divided * 50 > of ||
            size->bytes > object->minipage * object->minipages ||
            bytes_of(size->bytes, size->needed) * 10 >=
                bytes_of(best.bytes, best.needed) * 9)
            continue;
        best = *size;
    }
    if (bytes_of(best.bytes, best.needed) * 3 > usual * 2)
        return (struct size){0};
    return best;
}

static void put_pragma(FILE *file, const struct object *object,
                       const struct size *size)
{
    if (object->cell) {
        fputs("    -> #pragma millipage shared granularity(whole) before the "
              "pointer that they are allocated\n"
              "       for, and each has a minipage; --pack=0 tries it\n",
              file);
        return;
    }
    if (is_nameless(object)) {
        fprintf(file,
                "    -> #pragma millipage shared granularity(%" PRIu64
                ") before the pointer that it is allocated for\n",
                size->bytes);
        return;
    }
    fprintf(file,
            "    -> #pragma millipage shared granularity(%" PRIu64
            ") before %s\n",
            size->bytes, object->name);
    /* Code of a variable without a pragma takes pages, but no less. */
    if (size->bytes % PAGE == 0 || object->minipage % PAGE)
        fprintf(file,
                "       (MILLIPAGE_GRANULARITY=\"%s=%" PRIu64 "\" tries it)\n",
                object->name, size->bytes);
}

static void say_apart(FILE *file, const struct object *object)
{
    struct size finer = find_finer(object);

    fprintf(file,
            "    %.0f %%: hosts had changed different parts of the same "
            "minipage\n",
            percent(object->apart, object->came));
    if (finer.bytes) {
        put_pragma(file, object, &finer);
        fprintf(file,
                "       would have kept the parts of %" PRIu64
                " of those %" PRIu64 " apart; about %" PRIu64 "\n       of ",
                finer.spared, object->apart, finer_came(object, &finer));
        put_bytes(file, finer.bytes);
        fprintf(file, " would have come instead of %" PRIu64 " of ",
                object->came);
        put_bytes(file, object->minipage);
        fputs("\n", file);
    } else if (!object->finer.used) {
        fputs("    -> a variable, or an allocation, of its own for what each "
              "host changes\n",
              file);
    } else {
        fputs("    smaller minipages would cost more than they spare\n", file);
    }
}

static void say_coarser(FILE *file, const struct object *object,
                        const struct size *size)
{
    put_pragma(file, object, size);
    fprintf(file,
            "       would have fetched again in %" PRIu64
            " minipages what came "
            "in %" PRIu64 "\n",
            size->needed, object->came - object->first);
}

/* Nobody was seen to read what another host had written. */
static int is_overwritten(const struct object *object)
{
    return object->overwritten >= CAME_MIN &&
           is_share(object->overwritten, object->overwritten + object->consumed,
                    90);
}

static void say_same(FILE *file, const struct object *object)
{
    fprintf(file, "    %.0f %%: what other hosts had written\n",
            percent(object->same, object->came));
    if (is_overwritten(object))
        fprintf(file,
                "    -> if no thread needs what another has written, at the "
                "start neither, private(%s) or\n"
                "       threadprivate: %.0f %% of the faults at such places "
                "overwrite it\n",
                is_nameless(object) ? "its pointer" : object->name,
                percent(object->overwritten,
                        object->overwritten + object->consumed));
    else if (object->minipages == 1 && object->writes &&
             is_share(object->same, object->came, 50))
        fputs("    -> hosts change it in turns: a reduction, or a variable "
              "for each thread and one sum at the end\n",
              file);
}

/* What is made on one host and used on others. */
static void say_first(FILE *file, const struct object *object)
{
    fprintf(file, "    %.0f %%: for the first time\n",
            percent(object->first, object->came));
    if (object->first >= CAME_MIN && is_share(object->first, object->came, 50))
        fputs("    -> let a loop that is divided as those that use it be the "
              "first to write it\n",
              file);
}

static void put_reasons(FILE *file, const struct object *object)
{
    struct size coarser = {0};
    uint64_t again = object->came - object->first;
    int is_apart =
        object->apart >= CAME_MIN && is_share(object->apart, object->came, 10);

    if (is_apart)
        say_apart(file, object);
    if (is_share(object->same, object->came, 10))
        say_same(file, object);
    if (is_share(object->unchanged, object->came, 10))
        fprintf(file,
                "    %.0f %%: the right to write what others had read, or had "
                "not changed\n",
                percent(object->unchanged, object->came));
    if (is_share(object->first, object->came, 10))
        say_first(file, object);
    if (!is_apart && again >= CAME_MIN && object->coarser.used)
        coarser = find_coarser(object);
    if (coarser.bytes)
        say_coarser(file, object, &coarser);
}

static void put_object(FILE *file, struct object *object)
{
    uint64_t bytes = object->minipage * object->minipages;

    fputs("\n", file);
    put_name(file, object);
    fputs(": ", file);
    put_bytes(file, bytes);
    if (object->minipages > 1) {
        fputs(" in minipages of ", file);
        put_bytes(file, object->minipage);
    }
    if (object->cell) {
        fputs(", shared by objects of ", file);
        put_bytes(file, object->cell);
    }
    fprintf(file,
            "\n    %" PRIu64 " read and %" PRIu64
            " write faults, %.1f ms in all; %" PRIu64 " minipages came\n",
            object->reads, object->writes, (double)object->ns / 1e6,
            object->came);
    put_sites(file, object);
    put_reasons(file, object);
}

static void put_head(FILE *file, const struct account *account)
{
    uint64_t faults = 0;
    uint64_t ns = 0;
    uint64_t came = 0;

    for (int i = 0; i < account->used; i++) {
        faults += account->objects[i].reads + account->objects[i].writes;
        ns += account->objects[i].ns;
        came += account->objects[i].came;
    }
    fprintf(file,
            "What hosts took from each other, the dearest first: %" PRIu64
            " faults, in which threads waited %.1f ms, and %" PRIu64
            " minipages.\n",
            faults, (double)ns / 1e6, came);
}

/* One host would have to compute for at most as long as the main thread did,
 * times the hosts. */
static void put_regions(FILE *file, const struct account *account)
{
    uint64_t ns = account->regions_ns;
    uint64_t waited = account->regions_waited;
    double alone;

    if (waited > ns || !is_share(waited, ns, 1))
        return;
    alone = (double)(ns - waited) * (double)account->hosts;
    fprintf(file,
            "Host 0's main thread waited %.0f %% of %.1f ms, in parallel "
            "regions and between them.\n",
            percent(waited, ns), (double)ns / 1e6);
    if (100 * alone < MPG_BOOT_ALONE_PERCENT * (double)ns)
        fputs("-> OMP_DYNAMIC=true lets the program find out whether one host "
              "alone is faster\n",
              file);
}

/* Those that cost a hundredth or more. */
static int count_shown(const struct account *account)
{
    uint64_t total = 0;
    int shown = 0;

    for (int i = 0; i < account->used; i++)
        total += object_cost(&account->objects[i]);
    while (shown < account->used && shown < OBJECTS_SHOWN &&
           is_share(object_cost(&account->objects[shown]), total, 1))
        shown++;
    return shown;
}

int explain_write(FILE *file, struct account *account)
{
    int shown;

    account_sort(account);
    shown = count_shown(account);
    put_head(file, account);
    put_regions(file, account);
    for (int i = 0; i < shown; i++)
        put_object(file, &account->objects[i]);
    if (account->used > shown || account->more)
        fprintf(file, "\nOther objects cost less: %" PRIu64 " of them.\n",
                (uint64_t)(account->used - shown) + account->more);
    return fflush(file) == 0 && !ferror(file) ? 0 : -1;
}

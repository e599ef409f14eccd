/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Reading host lists.  A mistake is said with where it stands: "-H" or the
 * line of the file.
 */
#include "hostlist.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "say.h"

static struct place *add_place(struct hostlist *list)
{
    struct place *place;

    list->places = xrealloc(list->places, ((size_t)list->places_count + 1) *
                                              sizeof *list->places);
    place = &list->places[list->places_count++];
    *place = (struct place){.slots = 1};
    return place;
}

static int parse_slots(const char *text)
{
    char *end;
    long slots = strtol(text, &end, 10);

    if (!isdigit((unsigned char)*text) || *end || slots < 1 ||
        slots > MPG_BOOT_HOSTS_MAX)
        return -1;
    return (int)slots;
}

/* The machine that millirun runs on needs no remote shell. */
static int is_this_machine(const char *name)
{
    char self[256];

    if (strcmp(name, "localhost") == 0 || strcmp(name, "127.0.0.1") == 0 ||
        strcmp(name, "::1") == 0)
        return 1;
    return gethostname(self, sizeof self) == 0 && strcmp(name, self) == 0;
}

/* name[=address]; IPv6 addresses stand in brackets, which are taken off.
 * A name goes to a remote shell, where a leading - would be an option. */
static void parse_name(struct place *place, char *text, const char *where)
{
    char *address = strchr(text, '=');
    char *both[2] = {text, address ? address + 1 : NULL};

    if (address)
        *address = '\0';
    for (int i = 0; i < 2 && both[i]; i++) {
        size_t length = strlen(both[i]);

        if (length > 2 && both[i][0] == '[' && both[i][length - 1] == ']') {
            both[i][length - 1] = '\0';
            both[i]++;
        }
    }
    if (*both[0] == '\0' || *both[0] == '-' || strpbrk(both[0], " \t\"'\\"))
        die("%s: '%s' is not the name of a machine", where, both[0]);
    if (both[1] && strlen(both[1]) >= sizeof place->address)
        die("%s: '%s' is not a numeric address", where, both[1]);
    if (both[1] && !*both[1])
        die("%s: %s= lacks the address; write %s=10.0.0.1", where, both[0],
            both[0]);
    place->name = xstrdup(both[0]);
    if (both[1])
        strcpy(place->address, both[1]);
    place->is_local = is_this_machine(place->name);
}

/* The colon of name:slots, not one inside brackets. */
static char *find_slots(char *entry, const char *where)
{
    char *bracket = strrchr(entry, ']');
    char *colon = strchr(bracket ? bracket : entry, ':');

    if (colon && strchr(colon + 1, ':'))
        die("%s: '%s': write IPv6 addresses in brackets, as name=[::1]:2",
            where, entry);
    return colon;
}

static void read_list(const char *text, struct hostlist *list)
{
    char *copy = xstrdup(text);
    char *rest = copy;
    char *entry;

    while ((entry = strsep(&rest, ","))) {
        struct place *place = add_place(list);
        char *colon;

        if (!*entry)
            die("-H %s: an entry is empty; write name[=address][:slots],...",
                text);
        colon = find_slots(entry, "-H");
        if (colon) {
            *colon = '\0';
            place->slots = parse_slots(colon + 1);
            if (place->slots < 0)
                die("-H: %s:%s: slots must be a number from 1 to %d", entry,
                    colon + 1, MPG_BOOT_HOSTS_MAX);
        }
        parse_name(place, entry, "-H");
    }
    free(copy);
}

/* One line of a host file, without its comment. */
static void read_line(char *line, const char *where, struct hostlist *list)
{
    static const char blanks[] = " \t\r\n";
    struct place *place;
    char *rest = line;
    char *name = strtok_r(line, blanks, &rest);
    char *word;

    if (!name)
        return;
    place = add_place(list);
    parse_name(place, name, where);
    while ((word = strtok_r(NULL, blanks, &rest))) {
        if (strncmp(word, "slots=", 6) != 0)
            die("%s: '%s': only slots=K may follow the name", where, word);
        place->slots = parse_slots(word + 6);
        if (place->slots < 0)
            die("%s: '%s': slots must be a number from 1 to %d", where, word,
                MPG_BOOT_HOSTS_MAX);
    }
}

static void read_file(const char *path, struct hostlist *list)
{
    FILE *file = fopen(path, "re");
    char *line = NULL;
    size_t room = 0;

    if (!file)
        die("--hostfile %s: %s", path, strerror(errno));
    for (int number = 1; getline(&line, &room, file) >= 0; number++) {
        char *where = xformat("%s:%d", path, number);

        line[strcspn(line, "#")] = '\0';
        read_line(line, where, list);
        free(where);
    }
    if (ferror(file))
        die("--hostfile %s: %s", path, strerror(errno));
    if (list->places_count == 0)
        die("--hostfile %s: it names no machine", path);
    free(line);
    fclose(file);
}

/* Hosts fill the slots in the order of the list. */
static void fill_slots(struct hostlist *list, int wanted)
{
    int slots = 0;
    int used = 0;

    for (int i = 0; i < list->places_count; i++)
        slots += list->places[i].slots;
    if (wanted > slots)
        die("-n %d: the host list has only %d slots; write name:K (or slots=K) "
            "for more hosts on a machine",
            wanted, slots);
    list->hosts = wanted ? wanted : slots;
    if (list->hosts > MPG_BOOT_HOSTS_MAX)
        die("the host list has %d slots; a job has at most %d hosts",
            list->hosts, MPG_BOOT_HOSTS_MAX);
    for (int i = 0; i < list->places_count; i++) {
        struct place *place = &list->places[i];
        int left = list->hosts - used;

        place->first = used;
        place->count = place->slots < left ? place->slots : left;
        used += place->count;
    }
    while (list->places_count > 1 &&
           list->places[list->places_count - 1].count == 0)
        list->places_count--;
}

void hostlist_read(const struct options *options, struct hostlist *list)
{
    *list = (struct hostlist){0};
    if (options->list) {
        read_list(options->list, list);
    } else if (options->hostfile) {
        read_file(options->hostfile, list);
    } else {
        struct place *place = add_place(list);

        place->name = xstrdup("localhost");
        place->is_local = 1;
        place->slots = options->hosts ? options->hosts : 1;
    }
    fill_slots(list, options->hosts);
}

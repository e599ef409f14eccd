/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Options are looked up in two tables: millirun's own, and one made of the
 * rows of options.def.
 */
#include "options.h"

#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/option.h"
#include "millipage/boot.h"
#include "say.h"

enum flag_kind {
    FLAG_HOSTS,
    FLAG_LIST,
    FLAG_HOSTFILE,
    FLAG_RSH,
    FLAG_STATS,
    FLAG_TAG_OUTPUT,
    FLAG_HELP,
    FLAG_HELP_ENV,
    FLAG_VERSION,
    FLAG_ROW, /* of options.def */
};

struct flag {
    const char *name;
    enum flag_kind kind;
    const char *value; /* what it takes; NULL for nothing */
    const struct mpg__option *row;
};

static const struct flag own_flags[] = {
    {"-n", FLAG_HOSTS, "the number of hosts", NULL},
    {"-H", FLAG_LIST, "a list of machines", NULL},
    {"--hostfile", FLAG_HOSTFILE, "a file", NULL},
    {"--rsh", FLAG_RSH, "a command", NULL},
    {"--stats", FLAG_STATS, "a file", NULL},
    {"--tag-output", FLAG_TAG_OUTPUT, NULL, NULL},
    {"--help", FLAG_HELP, NULL, NULL},
    {"-h", FLAG_HELP, NULL, NULL},
    {"--help-env", FLAG_HELP_ENV, NULL, NULL},
    {"--version", FLAG_VERSION, NULL, NULL},
};

enum {
    OWN_FLAGS = sizeof own_flags / sizeof *own_flags,
    ROWS_MAX = 64,
    NAME_MAX_BYTES = 64,
};

static struct flag flags[OWN_FLAGS + ROWS_MAX];
static size_t flags_count;

void option_flag(const char *name, char *flag, unsigned long bytes)
{
    size_t length =
        (size_t)snprintf(flag, bytes, "--%s", name + strlen(MPG_OPTION_PREFIX));

    for (size_t i = 0; i < length && i < bytes; i++)
        flag[i] = flag[i] == '_' ? '-' : (char)tolower((unsigned char)flag[i]);
}

static void make_flags(void)
{
    static char names[ROWS_MAX][NAME_MAX_BYTES];

    memcpy(flags, own_flags, sizeof own_flags);
    flags_count = OWN_FLAGS;
    for (size_t i = 0; i < mpg__options_count && i < ROWS_MAX; i++) {
        const struct mpg__option *row = &mpg__options[i];
        /* A switch is turned on by its name alone, off by =0. */
        const char *value = row->type == MPG_OPTION_BOOL ? NULL : "a value";

        option_flag(row->name, names[i], sizeof names[i]);
        flags[flags_count++] = (struct flag){names[i], FLAG_ROW, value, row};
    }
}

static const struct flag *find_flag(const char *name)
{
    for (size_t i = 0; i < flags_count; i++) {
        if (strcmp(flags[i].name, name) == 0)
            return &flags[i];
    }
    return NULL;
}

static _Noreturn void die_unknown(const char *name)
{
    const char *names[OWN_FLAGS + ROWS_MAX];
    const char *nearest;

    for (size_t i = 0; i < flags_count; i++)
        names[i] = flags[i].name;
    nearest = mpg__nearest(name, names, flags_count);
    if (nearest)
        die("%s is not an option; did you mean %s? (millirun --help)", name,
            nearest);
    die("%s is not an option; millirun --help lists them", name);
}

/* A number of hosts; *hosts is untouched when the text is none. */
static int parse_hosts(const char *text, int *hosts)
{
    char *end;
    long count = strtol(text, &end, 10);

    if (!isdigit((unsigned char)*text) || *end || count < 1 ||
        count > MPG_BOOT_HOSTS_MAX)
        return -1;
    *hosts = (int)count;
    return 0;
}

static void check_row(const struct mpg__option *row, const char *name,
                      const char *text)
{
    char explanation[1024];
    uint64_t value;

    if (mpg__option_parse(row, text, &value) == 0)
        return;
    mpg__option_explain(row, explanation, sizeof explanation);
    die("%s=%s: %s", name, text, explanation);
}

/* Output that nobody could read is a failure too. */
static _Noreturn void exit_printed(void)
{
    exit(fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE);
}

static void apply(const struct flag *flag, const char *value,
                  struct options *options)
{
    switch (flag->kind) {
    case FLAG_HOSTS:
        if (parse_hosts(value, &options->hosts) < 0)
            die("-n %s: must be a number of hosts from 1 to %d", value,
                MPG_BOOT_HOSTS_MAX);
        break;
    case FLAG_LIST:
        options->list = value;
        break;
    case FLAG_HOSTFILE:
        options->hostfile = value;
        break;
    case FLAG_RSH:
        options->rsh = value;
        break;
    case FLAG_STATS:
        options->stats = value;
        break;
    case FLAG_TAG_OUTPUT:
        options->tag_output = 1;
        break;
    case FLAG_HELP:
        help_print();
        exit_printed();
    case FLAG_HELP_ENV:
        help_print_environment();
        exit_printed();
    case FLAG_VERSION:
        puts("millirun (Millipage) " MILLIPAGE_VERSION);
        exit_printed();
    case FLAG_ROW:
        check_row(flag->row, flag->name, value);
        setenv(flag->row->name, value, 1);
        break;
    }
}

/* The values of long options follow after "=" or as the next argument, those
 * of -n and -H at once or as the next argument.  Returns how many arguments
 * were used. */
static int read_option(char **arguments, struct options *options)
{
    const char *argument = arguments[0];
    char name[NAME_MAX_BYTES];
    const char *value = NULL;
    const struct flag *flag;

    if (argument[1] == '-') {
        size_t length = strcspn(argument, "=");

        snprintf(name, sizeof name, "%.*s", (int)length, argument);
        if (argument[length])
            value = argument + length + 1;
    } else {
        snprintf(name, sizeof name, "%.2s", argument);
        if (argument[1] && argument[2])
            value = argument + 2;
    }
    flag = find_flag(name);
    if (!flag || (argument[1] != '-' && value && !flag->value))
        die_unknown(argument[1] == '-' ? name : argument);
    if (!flag->value && value && flag->kind != FLAG_ROW)
        die("%s takes no value, but got '%s'", name, value);
    if (!flag->value && !value)
        value = "1";
    if (value) {
        apply(flag, value, options);
        return 1;
    }
    if (!arguments[1])
        die("%s needs %s", name, flag->value);
    apply(flag, arguments[1], options);
    return 2;
}

/* Values that come from the environment are as wrong as those of flags, and
 * better said once than by every host. */
static void check_environment(void)
{
    for (size_t i = 0; i < mpg__options_count; i++) {
        const struct mpg__option *row = &mpg__options[i];
        const char *text = getenv(row->name);

        if (text)
            check_row(row, row->name, text);
    }
}

void options_read(int count, char **arguments, struct options *options)
{
    int at = 1;

    *options = (struct options){.rsh = "ssh"};
    make_flags();
    while (at < count && arguments[at][0] == '-') {
        if (strcmp(arguments[at], "--") == 0) {
            at++;
            break;
        }
        at += read_option(arguments + at, options);
    }
    if (at >= count)
        die("no program to run; usage: millirun -n N program [argument]...");
    if (options->list && options->hostfile)
        die("-H and --hostfile both say where the hosts are; give one");
    if (options->rsh[strspn(options->rsh, " \t")] == '\0')
        die("--rsh needs a command, such as ssh");
    options->program = arguments + at;
    check_environment();
    options->explain = getenv(MPG_OPTION_PREFIX "EXPLAIN");
    if (options->explain && !*options->explain)
        options->explain = NULL;
}

/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * The help texts.  What concerns options.def is printed from its rows.
 */
#include <stdio.h>
#include <string.h>

#include "base/option.h"
#include "options.h"

static const char usage[] =
    "Usage: millirun [option]... [--] program [argument]...\n"
    "Runs a program on the hosts of a Millipage job, one process each.\n"
    "\n"
    "Where\n"
    "  -n N              N hosts; without a list all on this machine\n"
    "                    (default: 1, or every slot of the list)\n"
    "  -H LIST           machines: name[=address][:slots],...\n"
    "  --hostfile FILE   machines, one a line: name[=address] [slots=K]\n"
    "  --rsh COMMAND     how to reach them: COMMAND name millirun --agent\n"
    "                    (default: ssh)\n"
    "What comes back\n"
    "  --stats FILE      write the counts of every host to FILE as JSON\n"
    "  --tag-output      put the host before each line: [3] text\n"
    "Options of the runtime, each also an environment variable\n";

static const char usage_end[] =
    "Other\n"
    "  --help-env        the environment variables, with range and default\n"
    "  --help, --version\n"
    "\n"
    "The exit status is the highest of the hosts'; 2 for a wrong command "
    "line,\n"
    "70 when a host ended the job.  See docs/LAUNCHING.md.\n";

static const char *type_word(const struct mpg__option *row)
{
    static const char *const words[] = {
        [MPG_OPTION_SIZE] = "SIZE",
        [MPG_OPTION_U64] = "NUMBER",
        [MPG_OPTION_BOOL] = "BOOL",
        [MPG_OPTION_STR] = "TEXT",
    };

    return words[row->type];
}

static void print_flag(const struct mpg__option *row)
{
    char flag[64];
    char left[96];

    option_flag(row->name, flag, sizeof flag);
    if (row->type == MPG_OPTION_BOOL)
        snprintf(left, sizeof left, "%s", flag);
    else
        snprintf(left, sizeof left, "%s %s", flag, type_word(row));
    printf("  %-17s %.*s\n", left, (int)strcspn(row->help, ";:"), row->help);
}

void help_print(void)
{
    fputs(usage, stdout);
    for (size_t i = 0; i < mpg__options_count; i++)
        print_flag(&mpg__options[i]);
    fputs(usage_end, stdout);
}

static void print_row(const struct mpg__option *row)
{
    char range[96];
    char standard[32];
    char flag[64];

    mpg__option_range(row, range, sizeof range);
    mpg__option_print(row, row->standard, standard, sizeof standard);
    option_flag(row->name, flag, sizeof flag);
    printf("%s (or %s)\n    %s: %s, default %s%s\n    %s\n", row->name, flag,
           type_word(row), range,
           row->type != MPG_OPTION_STR ? standard
           : *row->standard_text       ? row->standard_text
                                       : "empty",
           row->scope == MPG_OPTION_CLUSTER ? "; the same on all hosts" : "",
           row->help);
}

void help_print_environment(void)
{
    for (size_t i = 0; i < mpg__options_count; i++)
        print_row(&mpg__options[i]);
}

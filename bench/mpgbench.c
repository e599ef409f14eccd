/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Usage: millirun -n 2 mpgbench [--list] [--json FILE] [CASE ...]
 *
 * Without names, every case that this number of hosts can run.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "millipage.h"

static const struct bench_case *const tables[] = {
    fault_cases, sync_cases, stream_cases, local_cases, program_cases};
enum { TABLES = sizeof tables / sizeof *tables };

static const char *json;
static char **names;
static int names_count;

static _Noreturn void refuse(const char *format, const char *word)
{
    if (mpg_host() == 0) {
        fprintf(stderr, "mpgbench: ");
        fprintf(stderr, format, word);
        fprintf(stderr, "; see --help\n");
    }
    exit(2);
}

static void print_help(void)
{
    puts(
        "usage: millirun -n HOSTS mpgbench [--list] [--json FILE] [CASE ...]\n"
        "\n"
        "Measures what Millipage does beside what the machine can do, and\n"
        "prints the ratios.  Without names: all cases that so many hosts can\n"
        "run.\n"
        "\n"
        "  --list       the cases, the hosts that they need, their yardsticks\n"
        "  --json FILE  write the figures to FILE as well (by host 0)");
}

static void print_list(void)
{
    for (int t = 0; t < TABLES; t++)
        for (const struct bench_case *c = tables[t]; c->name; c++) {
            char hosts[16] = "2 or more";
            if (c->hosts)
                snprintf(hosts, sizeof hosts, "%d", c->hosts);
            printf("%-26s hosts: %-9s  %s / %s\n", c->name, hosts, c->what,
                   c->yardstick);
        }
}

static bool exists(const char *name)
{
    for (int t = 0; t < TABLES; t++)
        for (const struct bench_case *c = tables[t]; c->name; c++)
            if (!strcmp(c->name, name))
                return true;
    return false;
}

static bool is_wanted(const struct bench_case *c)
{
    bool can_run = c->hosts ? mpg_hosts() == c->hosts : mpg_hosts() >= 2;
    if (!names_count)
        return can_run;
    for (int i = 0; i < names_count; i++)
        if (!strcmp(names[i], c->name)) {
            if (!can_run)
                refuse("'%s' needs another number of hosts", c->name);
            return true;
        }
    return false;
}

static void read_arguments(int count, char **words)
{
    int at = 1;
    for (; at < count && words[at][0] == '-'; at++) {
        if (!strcmp(words[at], "--help") || !strcmp(words[at], "--list")) {
            if (mpg_host() == 0)
                (words[at][2] == 'h' ? print_help : print_list)();
            exit(0);
        }
        if (strcmp(words[at], "--json"))
            refuse("unknown option '%s'", words[at]);
        if (++at == count)
            refuse("%s needs a file", "--json");
        json = words[at];
    }
    names = words + at;
    names_count = count - at;
    for (int i = 0; i < names_count; i++)
        if (!exists(names[i]))
            refuse("there is no case '%s'", names[i]);
    if (mpg_hosts() < 2)
        refuse("%s: at least 2 hosts are needed, start it with millirun",
               "alone there is nothing to measure");
}

int main(int count, char **words)
{
    read_arguments(count, words);
    unsigned wanted = 0;
    for (int t = 0; t < TABLES; t++)
        for (const struct bench_case *c = tables[t]; c->name; c++)
            wanted += is_wanted(c);
    report_begin(mpg_host() != 0, wanted);
    wire_open();
    for (int t = 0; t < TABLES; t++)
        for (const struct bench_case *c = tables[t]; c->name; c++) {
            struct result result = {{0}, {0}, 0, NULL};
            if (!is_wanted(c))
                continue;
            mpg_barrier();
            c->run(c, &result);
            mpg_barrier();
            if (mpg_host() == 0)
                report_case(c, &result);
        }
    if (mpg_host() == 0 && json && !report_json(json)) {
        perror(json);
        return 1;
    }
    return 0;
}

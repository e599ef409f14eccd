/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Usage: mpgbench [--list] [--json FILE] [CASE or GROUP ...]
 *
 * As a host of a job it runs the cases that the job can run.  Alone it starts
 * the jobs that the cases need (drive.c).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "millipage.h"

const struct bench_group groups[] = {
    {"machine", machine_cases}, {"fault", fault_cases},
    {"sync", sync_cases},       {"openmp", omp_cases},
    {"mpi", mpi_cases},         {"stream", stream_cases},
    {"local", local_cases},     {"views", views_cases},
    {"program", program_cases}, {0},
};

static struct arguments arguments;

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
        "usage: mpgbench [--list] [--json FILE] [CASE or GROUP ...]\n"
        "       millirun -n HOSTS mpgbench [--json FILE] [CASE or GROUP ...]\n"
        "\n"
        "Measures what Millipage does beside what the machine can do, and\n"
        "prints the ratios.  Alone, it starts a job for each number of hosts\n"
        "and each backend that the cases need, all on this machine, and Open\n"
        "MPI's yardsticks if they were built.  Under millirun, which chooses\n"
        "machines and options, it runs the cases that such a job can run.\n"
        "Without names: all cases, some minutes.\n"
        "\n"
        "  --list       the groups, the cases, what they need, and yardsticks\n"
        "  --json FILE  write the figures to FILE as well");
}

static void print_list(void)
{
    for (const struct bench_group *g = groups; g->name; g++) {
        printf("%s:\n", g->name);
        for (const struct bench_case *c = g->cases; c->name; c++) {
            char hosts[16] = "2 or more";
            if (c->hosts)
                snprintf(hosts, sizeof hosts, "%d", c->hosts);
            printf("  %-26s hosts: %-9s  %s / %s\n", c->name, hosts, c->what,
                   c->yardstick);
        }
    }
}

/* NULL, or what this job lacks for a case. */
static const char *lacking(const struct bench_case *c)
{
    if (c->program)
        return "'%s' is of another program: start mpgbench without millirun";
    if (c->hosts ? mpg_hosts() != c->hosts : mpg_hosts() < 2)
        return "'%s' needs another number of hosts";
    if (c->vm && strcmp(c->vm, vm_backend()) != 0)
        return "'%s' needs another --vm";
    return NULL;
}

/* A case that is named must be run; one of a group, or of all, if it can. */
static bool is_wanted(const struct bench_group *group,
                      const struct bench_case *c)
{
    static const struct bench_group none = {"", NULL};
    const char *lack = lacking(c);
    if (lack && is_named(&none, c, arguments.words, arguments.words_count))
        refuse(lack, c->name);
    return !lack &&
           (!arguments.words_count ||
            is_named(group, c, arguments.words, arguments.words_count));
}

static void run_case(const struct bench_case *c)
{
    struct result result = {{0}, {0}, 0, NULL};
    if (mpg_host() == 0)
        report_start(c);
    mpg_barrier();
    c->run(c, &result);
    mpg_barrier();
    if (mpg_host() == 0)
        report_case(c, &result);
}

static int run_cases(void)
{
    unsigned wanted = 0;
    for (const struct bench_group *g = groups; g->name; g++)
        for (const struct bench_case *c = g->cases; c->name; c++)
            wanted += is_wanted(g, c);
    if (!wanted)
        refuse("%s can be run by this job", "none of the cases");
    if (mpg_host() == 0)
        report_begin(&arguments, wanted);
    wire_open();
    for (const struct bench_group *g = groups; g->name; g++)
        for (const struct bench_case *c = g->cases; c->name; c++)
            if (is_wanted(g, c))
                run_case(c);
    if (mpg_host() == 0 && arguments.json && !report_json(arguments.json)) {
        perror(arguments.json);
        return 1;
    }
    return 0;
}

int main(int count, char **words)
{
    const char *wrong = parse_arguments(count, words, &arguments);
    if (wrong)
        refuse("%s", wrong);
    if (arguments.wants_help || arguments.wants_list) {
        if (mpg_host() == 0)
            (arguments.wants_help ? print_help : print_list)();
        return 0;
    }
    return mpg_hosts() == 1 ? drive(&arguments) : run_cases();
}

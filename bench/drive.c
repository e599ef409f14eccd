/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Cases need jobs of 2, 4 or 8 hosts, one backend or the other, or another
 * program.  Started alone, mpgbench starts these jobs one by one, with the
 * cases of each, and makes one table and one file of what they say.
 */
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"
#include "beside.h"

#define WORDS_MAX 192

static const struct arguments *arguments;
static char folder[PATH_MAX]; /* where this program is, and the others */
static unsigned done, total;
static FILE *json;
static const char *separator = "";

static bool is_wanted(const struct bench_group *group,
                      const struct bench_case *c)
{
    return !arguments->words_count ||
           is_named(group, c, arguments->words, arguments->words_count);
}

static const char *beside_us(const char *name)
{
    static char path[PATH_MAX + 32];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

/* Not built, as MPI's may be: its cases are left out unless asked for. */
static bool is_there(const struct bench_case *c)
{
    return !c->program || !access(beside_us(c->program), X_OK);
}

static void find_folder(void)
{
    ssize_t length = readlink("/proc/self/exe", folder, sizeof folder - 1);
    folder[length > 0 ? length : 0] = '\0';
    char *slash = strrchr(folder, '/');
    if (slash)
        *slash = '\0';
}

static bool same_text(const char *a, const char *b)
{
    return a == b || (a && b && !strcmp(a, b));
}

static int hosts_of(const struct bench_case *c)
{
    return c->hosts ? c->hosts : 2;
}

static bool same_job(const struct bench_case *a, const struct bench_case *b)
{
    return hosts_of(a) == hosts_of(b) && same_text(a->vm, b->vm) &&
           same_text(a->program, b->program);
}

/* The command of a job, without its cases. */
static int make_command(const struct bench_case *c, const char *part,
                        const char *file, const char **words)
{
    static char hosts[16], millirun[PATH_MAX + 32], program[PATH_MAX + 32];
    bool is_mpi = same_text(c->program, MPI_PROGRAM);
    int count = 0;
    snprintf(hosts, sizeof hosts, "%d", hosts_of(c));
    snprintf(millirun, sizeof millirun, "%s", beside_us("millirun"));
    snprintf(program, sizeof program, "%s",
             beside_us(c->program ? c->program : "mpgbench"));
    words[count++] = is_mpi ? "mpirun" : millirun;
    words[count++] = "-n";
    words[count++] = hosts;
    if (c->vm) {
        words[count++] = "--vm";
        words[count++] = c->vm;
    }
    words[count++] = program;
    words[count++] = "--part";
    words[count++] = part;
    if (json) {
        words[count++] = "--json";
        words[count++] = file;
    }
    return count;
}

static _Noreturn void become(const char **words)
{
    /* Who ends us does not know of the job. */
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    execvp(words[0], (char **)words);
    fprintf(stderr, "mpgbench: %s: %s\n", words[0], strerror(errno));
    _exit(127);
}

static bool run(const char **words)
{
    int status;
    fflush(NULL);
    pid_t child = fork();
    if (child < 0) {
        perror("mpgbench: fork");
        return false;
    }
    if (!child)
        become(words);
    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
        ;
    if (status)
        fprintf(stderr, "mpgbench: the job of %s hosts has failed\n", words[2]);
    return !status;
}

/* The rows of a part's file, each on a line of its own. */
static void take_rows(const char *path)
{
    char row[512];
    FILE *file = fopen(path, "r");
    while (file && fgets(row, sizeof row, file)) {
        if (strncmp(row, "  {", 3) != 0)
            continue;
        row[strcspn(row, "\n")] = '\0';
        size_t length = strlen(row);
        if (row[length - 1] == ',')
            row[length - 1] = '\0';
        fprintf(json, "%s\n%s", separator, row);
        separator = ",";
    }
    if (file)
        fclose(file);
}

/* Runs every case that can share a job with `first`, which is the first of
 * them that has not been run. */
static bool run_job(const struct bench_case *first)
{
    const char *words[WORDS_MAX] = {NULL};
    char part[32], file[] = "/tmp/mpgbench-XXXXXX";
    int fd = json ? mkstemp(file) : -1;
    if (json && fd < 0) {
        perror("mpgbench: /tmp");
        return false;
    }
    snprintf(part, sizeof part, "%u,%u", done, total);
    int count = make_command(first, part, file, words);
    for (const struct bench_group *g = groups; g->name; g++)
        for (const struct bench_case *c = g->cases; c->name; c++)
            if (is_wanted(g, c) && same_job(c, first) && count < WORDS_MAX - 1)
                words[count++] = c->name, done++;
    bool is_good = run(words);
    if (json) {
        take_rows(file);
        unlink(file);
        close(fd);
    }
    return is_good;
}

/* Whether an earlier case of the table wants the same job. */
static bool is_run(const struct bench_case *wanted)
{
    for (const struct bench_group *g = groups; g->name; g++)
        for (const struct bench_case *c = g->cases; c->name; c++) {
            if (c == wanted)
                return false;
            if (is_wanted(g, c) && same_job(c, wanted))
                return true;
        }
    return false;
}

static int missing(const struct bench_case *c)
{
    fprintf(stderr, "mpgbench: %s is not there, and '%s' needs it%s\n",
            beside_us(c->program), c->name,
            same_text(c->program, MPI_PROGRAM)
                ? ": build it with Open MPI (libopenmpi-dev)"
                : "");
    return 1;
}

/* Open MPI refuses the superuser unless told twice. */
static void allow_mpi(void)
{
    if (geteuid() != 0)
        return;
    setenv("OMPI_ALLOW_RUN_AS_ROOT", "1", 0);
    setenv("OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "1", 0);
}

static bool run_jobs(void)
{
    bool is_good = true;
    for (const struct bench_group *g = groups; g->name; g++)
        for (const struct bench_case *c = g->cases; c->name; c++)
            if (is_wanted(g, c) && is_there(c) && !is_run(c))
                is_good = run_job(c) && is_good;
    return is_good;
}

int drive(const struct arguments *given)
{
    arguments = given;
    find_folder();
    for (const struct bench_group *g = groups; g->name; g++)
        for (const struct bench_case *c = g->cases; c->name; c++) {
            if (given->words_count && is_wanted(g, c) && !is_there(c))
                return missing(c);
            total += is_wanted(g, c) && is_there(c);
        }
    if (given->json && !(json = fopen(given->json, "w"))) {
        perror(given->json);
        return 1;
    }
    allow_mpi();
    report_begin(given, total);
    if (json)
        fprintf(json, "{\"cases\":[");
    bool is_good = run_jobs();
    if (json && (fprintf(json, "\n]}\n") < 0 || fclose(json))) {
        perror(given->json);
        return 1;
    }
    return is_good ? 0 : 1;
}

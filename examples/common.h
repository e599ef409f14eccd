/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * What the example programs have in common: reading their arguments, cutting
 * work in parts, taking the time, and the lines they report with.  Nothing in
 * here is shared memory, and nothing in here is needed to use Millipage.
 *
 * Every host runs main and comes through here with the same arguments, so
 * every host comes to the same decision; host 0 alone prints.
 */
#ifndef EXAMPLES_COMMON_H
#define EXAMPLES_COMMON_H

#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <millipage.h>

/* One argument.  A number has `value`, a text has `text`; either holds the
 * default when the arguments are read. */
struct parameter {
    const char *name;
    long *value;
    long min;
    long max;
    const char **text;
    const char *help;
};

struct program {
    const char *name;  /* every line it prints begins with this */
    const char *about; /* one sentence */
    const struct parameter *parameters; /* the last has no name */
    int check; /* compare with the sequential computation; --no-check */
};

/* Host 0 says what is wrong with the arguments, in one line; every host
 * leaves with status 2, before any of them waits for another. */
__attribute__((format(printf, 2, 3), noreturn)) static inline void
reject(const struct program *program, const char *format, ...)
{
    if (mpg_host() == 0) {
        va_list arguments;
        fprintf(stderr, "%s: ", program->name);
        va_start(arguments, format);
        vfprintf(stderr, format, arguments);
        va_end(arguments);
        fputc('\n', stderr);
    }
    exit(2);
}

static inline void print_help(const struct program *program)
{
    printf("usage: %s [--no-check]", program->name);
    for (const struct parameter *p = program->parameters; p->name; p++)
        printf(" [%s", p->name);
    for (const struct parameter *p = program->parameters; p->name; p++)
        putchar(']');
    printf("\n%s\n\n", program->about);
    for (const struct parameter *p = program->parameters; p->name; p++) {
        if (p->text)
            printf("  %-10s %s (default %s)\n", p->name, p->help, *p->text);
        else
            printf("  %-10s %s, %ld to %ld (default %ld)\n", p->name, p->help,
                   p->min, p->max, *p->value);
    }
    printf("  %-10s do not compare with the sequential computation\n",
           "--no-check");
}

static inline void read_parameter(const struct program *program,
                                  const struct parameter *p, const char *word)
{
    if (p->text) {
        *p->text = word;
        return;
    }
    char *end;
    errno = 0;
    long value = strtol(word, &end, 10);
    if (end == word || *end != '\0' || errno != 0 || value < p->min ||
        value > p->max)
        reject(program, "%s is '%s'; it must be a number from %ld to %ld",
               p->name, word, p->min, p->max);
    *p->value = value;
}

static inline void read_arguments(struct program *program, int argc,
                                  char **argv)
{
    const struct parameter *next = program->parameters;

    program->check = 1;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--help") == 0) {
            if (mpg_host() == 0)
                print_help(program);
            exit(0);
        } else if (strcmp(argv[i], "--no-check") == 0) {
            program->check = 0;
        } else if (strncmp(argv[i], "--", 2) == 0) {
            reject(program, "unknown option '%s'; see --help", argv[i]);
        } else if (!next->name) {
            reject(program, "one argument too many, '%s'; see --help", argv[i]);
        } else {
            read_parameter(program, next++, argv[i]);
        }
    }
}

/* Where the part of `host` begins when `count` things are dealt out in blocks.
 * It is the same rule by which a shared array's minipages have their homes:
 * thing i belongs to host i * hosts / count. */
static inline long first_of(int host, int hosts, long count)
{
    return ((long)host * count + hosts - 1) / hosts;
}

static inline double seconds_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* A number that depends on `index` alone: every host, and the sequential
 * computation, makes the same input, each only the part it needs. */
static inline uint64_t random_bits(uint64_t index)
{
    uint64_t x = (index + 1) * 0x9e3779b97f4a7c15u;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

/* The same as a number in [0, 1). */
static inline double random_unit(uint64_t index)
{
    return (double)(random_bits(index) >> 11) * 0x1p-53;
}

static inline void *private_alloc(size_t bytes)
{
    void *memory = calloc(1, bytes);
    if (!memory) {
        fprintf(stderr, "out of memory: %zu bytes\n", bytes);
        exit(1);
    }
    return memory;
}

/* How a run went.  `wrong` is NULL when the result is right; `sequential` is
 * zero when nothing was compared. */
struct outcome {
    const char *what; /* "32768 x 64, 10 sweeps" */
    double seconds;
    double sequential;
    const char *wrong;
    size_t shared;          /* bytes of shared data */
    struct mpg_stats stats; /* of this host when the time was taken */
};

/* Prints the verdict; returns what main has to return. */
static inline int report(const struct program *program,
                         const struct outcome *outcome)
{
    const char *name = program->name;
    const struct mpg_stats *stats = &outcome->stats;
    int hosts = mpg_hosts();

    printf("%s: %s on %d host%s: %.3f s, %s\n", name, outcome->what, hosts,
           hosts == 1 ? "" : "s", outcome->seconds,
           outcome->wrong   ? "wrong"
           : program->check ? "right"
                            : "not checked");
    if (outcome->wrong)
        printf("%s: %s\n", name, outcome->wrong);
    if (outcome->sequential > 0)
        printf("%s: sequential %.3f s, speed-up %.2f\n", name,
               outcome->sequential, outcome->sequential / outcome->seconds);
    printf("%s: host 0: %llu read faults, %llu write faults, "
           "%llu invalidations, %llu messages, %llu bytes sent\n",
           name, (unsigned long long)stats->read_faults,
           (unsigned long long)stats->write_faults,
           (unsigned long long)stats->invalidations,
           (unsigned long long)stats->messages_sent,
           (unsigned long long)stats->bytes_sent);
    printf("%s: host 0: %llu barriers, %llu locks, %llu views, "
           "%zu bytes shared\n",
           name, (unsigned long long)stats->barriers,
           (unsigned long long)stats->locks, (unsigned long long)stats->views,
           outcome->shared);
    return outcome->wrong ? 1 : 0;
}

#endif

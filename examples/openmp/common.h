/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * What the OpenMP examples have in common: reading their arguments, input
 * that anybody can make again, the time, and the lines they report with.
 * Ordinary C; a compiler without OpenMP makes sequential programs of them.
 *
 * What goes to stdout depends on the arguments alone, never on the number of
 * threads; what depends on the machine, the time, goes to stderr.
 */
#ifndef EXAMPLES_OPENMP_COMMON_H
#define EXAMPLES_OPENMP_COMMON_H

#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct parameter {
    const char *name;
    long *value; /* the default, until the arguments are read */
    long min;
    long max;
    const char *help;
};

struct program {
    const char *name;  /* every line it prints begins with this */
    const char *about; /* one sentence */
    const struct parameter *parameters; /* the last has no name */
    int check; /* compare with the sequential computation; --no-check */
};

/* Says in one line what the user has to change, and leaves. */
__attribute__((format(printf, 2, 3), noreturn)) static inline void
reject(const struct program *program, const char *format, ...)
{
    va_list arguments;

    fprintf(stderr, "%s: ", program->name);
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
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
    for (const struct parameter *p = program->parameters; p->name; p++)
        printf("  %-11s %s, %ld to %ld (default %ld)\n", p->name, p->help,
               p->min, p->max, *p->value);
    printf("  %-11s leave out the check of the result\n", "--no-check");
}

static inline void read_parameter(const struct program *program,
                                  const struct parameter *p, const char *word)
{
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

/* What malloc returned, if it returned something.  The programs call malloc
 * themselves, so that a pragma beside the pointer can see what it is for. */
static inline void need(const void *memory)
{
    if (memory)
        return;
    fprintf(stderr, "out of memory\n");
    exit(1);
}

static inline double seconds_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* A number that depends on `index` alone: whichever thread makes a part of
 * the input, it is the same input. */
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

/* A term for the sum that stands for an array: a wrong value, or a right one
 * in a wrong place, changes it.  Sums modulo 2^64 have no order. */
static inline uint64_t term(uint64_t index, uint64_t value)
{
    return (value + 1) * (random_bits(index) | 1);
}

static inline uint64_t bits_of(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

/* Prints the result, the verdict, and the times; returns what main has to
 * return.  `wrong` is NULL when the result is right; `sequential` is zero
 * when there is no sequential time to compare with. */
__attribute__((format(printf, 5, 6))) static inline int
report(const struct program *program, double seconds, double sequential,
       const char *wrong, const char *format, ...)
{
    va_list arguments;

    printf("%s: ", program->name);
    va_start(arguments, format);
    vprintf(format, arguments);
    va_end(arguments);
    printf(": %s\n", !program->check ? "not checked" : wrong ? wrong : "right");
    fprintf(stderr, "%s: %.3f s", program->name, seconds);
    if (sequential > 0)
        fprintf(stderr, "; sequential %.3f s, speed-up %.2f", sequential,
                sequential / seconds);
    fputc('\n', stderr);
    return program->check && wrong ? 1 : 0;
}

#endif

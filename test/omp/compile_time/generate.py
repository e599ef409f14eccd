#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Writes a C program with OpenMP of about so many lines, which prints the same
however many threads run it:

    generate.py LINES >program.c

It is made of modules of some 70 lines each.  A module has globals (scalars,
arrays, structs), statics in functions, a list on the heap, locals whose address
goes to other functions, strings, switches and floating-point loops, and three
regions: a loop with a reduction, one with critical and atomic, and tasks.  The
modules differ in their constants, types and sizes, so that nothing is merged,
and call their neighbours.
"""
import sys

HEAD = """/* Made by test/omp/compile_time/generate.py. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct node {
    struct node *next;
    long key;
    char *name;
};

struct pair {
    long least, most;
};

static long calls;
"""

MODULE = """
/* Module @N@. */

static @TYPE@ table_@N@[@SIZE@];
static struct pair range_@N@ = {@N@, @N@ + @SIZE@};
long total_@N@ = @N@, *current_@N@;
static struct node *first_@N@;

static long mix_@N@(long value, int round)
{
    uint64_t bits = (uint64_t)value * @ODD@u + (uint64_t)round;
    bits ^= bits >> @SHIFT@;
    return (long)(bits % @MODULUS@);
}

static void widen_@N@(struct pair *range, const long *value)
{
    if (*value < range->least)
        range->least = *value;
    if (*value > range->most)
        range->most = *value;
}

static void add_@N@(long key)
{
    char text[32];
    struct node *node = malloc(sizeof *node);
    snprintf(text, sizeof text, "m@N@-%ld", key);
    node->key = key;
    node->name = strdup(text);
    node->next = first_@N@;
    first_@N@ = node;
}

static void fill_@N@(int scale)
{
#pragma omp parallel for schedule(@SCHEDULE@)
    for (int i = 0; i < @SIZE@; i++) {
        long value = mix_@N@(i * (long)scale, @N@);
        switch (value % 4) {
        case 0:
            table_@N@[i] = (@TYPE@)(value / 2);
            break;
        case 1:
            table_@N@[i] = (@TYPE@)(value % 100);
            break;
        default:
            table_@N@[i] = (@TYPE@)(value % 1000 + i);
        }
    }
}

static long sum_@N@(void)
{
    static int rounds;
    struct pair range = range_@N@;
    long sum = 0;
    rounds++;
#pragma omp parallel for reduction(+ : sum)
    for (int i = 0; i < @SIZE@; i++) {
        long value = (long)table_@N@[i];
        sum += mix_@N@(value, rounds);
        if (value % 16 == 0) {
#pragma omp critical(range_@N@)
            widen_@N@(&range, &value);
        }
#pragma omp atomic
        calls += 1;
    }
    range_@N@ = range;
    return sum;
}

static void walk_@N@(void)
{
    current_@N@ = &total_@N@;
#pragma omp parallel
#pragma omp single
    for (struct node *node = first_@N@; node; node = node->next) {
#pragma omp task firstprivate(node)
        {
            long value = mix_@N@(node->key, (int)strlen(node->name));
#pragma omp atomic
            *current_@N@ += value;
        }
    }
}

long run_@N@(int depth)
{
    long result;
    for (int i = 0; i < 3; i++)
        add_@N@(mix_@N@(i, depth));
    fill_@N@(depth + 1);
    result = sum_@N@();
    walk_@N@();
    while (first_@N@) {
        struct node *next = first_@N@->next;
        free(first_@N@->name);
        free(first_@N@);
        first_@N@ = next;
    }
    if (depth > 0)
        result += run_@NEXT@(depth - 1) % 1000;
    return result + total_@N@ + range_@N@.most - range_@N@.least;
}
"""

TYPES = ["int", "long", "double", "unsigned", "float", "short"]
SCHEDULES = ["static", "dynamic, 16", "guided", "static, 8"]


def module(n, count):
    text = MODULE
    for name, value in {
            "N": n,
            "NEXT": (n + 1) % count,
            "TYPE": TYPES[n % len(TYPES)],
            "SIZE": 50 + n * 37 % 400,
            "ODD": 2654435761 + 2 * n,
            "SHIFT": 11 + n % 13,
            "MODULUS": 10007 + 2 * n,
            "SCHEDULE": SCHEDULES[n % len(SCHEDULES)],
    }.items():
        text = text.replace("@%s@" % name, str(value))
    return text


def program(lines):
    count = max(1, lines // (MODULE.count("\n") + 2))
    parts = [HEAD]
    parts += ["long run_%d(int depth);\n" % n for n in range(count)]
    parts += [module(n, count) for n in range(count)]
    parts.append("\nint main(void)\n{\n    long sum = 0;\n")
    parts += ["    sum += run_%d(1);\n" % n for n in range(count)]
    parts.append('    printf("%ld %ld\\n", sum, calls);\n    return 0;\n}\n')
    return "".join(parts)


if __name__ == "__main__":
    if len(sys.argv) != 2 or not sys.argv[1].isdigit():
        sys.exit("usage: generate.py LINES")
    sys.stdout.write(program(int(sys.argv[1])))

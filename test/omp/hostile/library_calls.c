/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * The C library on shared buffers from all threads: sscanf, strtol with its
 * end pointer, strtok_r, strchr, snprintf, gmtime_r, frexp, modf, div:
 * results come through pointers.
 */
#define _GNU_SOURCE
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { LINES = 40 };
static char lines[LINES][80];
static struct parsed {
    long number;
    char *rest, *word;
    double real, whole, fraction;
    int exponent, count;
    struct tm date;
} parsed[LINES];

int main(void)
{
    for (int i = 0; i < LINES; i++)
        snprintf(lines[i], sizeof lines[i], "%d apples, %d.25 pears; and %d %x",
                 i * 7, i, i % 3, i * 255);
#pragma omp parallel for schedule(dynamic, 3)
    for (int i = 0; i < LINES; i++) {
        struct parsed *p = &parsed[i];
        unsigned hex;
        time_t when = (time_t)i * 86400 * 45;
        p->number = strtol(lines[i], &p->rest, 10);
        p->count = sscanf(strchr(p->rest, ',') + 1, "%lf %*s and %*d %x",
                          &p->real, &hex);
        p->number += hex;
        p->fraction = modf(p->real, &p->whole);
        frexp(p->real + 1, &p->exponent);
        gmtime_r(&when, &p->date);
    }
    /* Other threads cut the lines into words, in place. */
#pragma omp parallel for schedule(static, 5)
    for (int i = 0; i < LINES; i++) {
        char *state, *line = lines[LINES - 1 - i];
        int words = 0;
        for (char *w = strtok_r(line, " ,;", &state); w;
             w = strtok_r(NULL, " ,;", &state), words++)
            if (words == 3)
                parsed[LINES - 1 - i].word = w;
        parsed[LINES - 1 - i].count += words * 10;
    }
    for (int i = 0; i < LINES; i += 6) {
        const struct parsed *p = &parsed[i];
        printf("%ld %s %.2f %.0f %d %d %d-%02d\n", p->number, p->word,
               p->fraction, p->whole, p->exponent, p->count,
               p->date.tm_year + 1900, p->date.tm_mon + 1);
    }
    div_t parts = div((int)parsed[3].number, 7);
    printf("%d %d\n", parts.quot, parts.rem);
    return 0;
}

/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * What the user sees: a table, and a file of JSON.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "bench.h"

struct line {
    const struct bench_case *about;
    double median, p99, yardstick, ratio;
    const char *note;
};

static struct line *lines; /* [room] */
static unsigned count, room, before, total;

void report_begin(const struct arguments *arguments, unsigned cases)
{
    before = arguments->before;
    total = arguments->total ? arguments->total : cases;
    room = cases;
    lines = calloc(room + 1, sizeof *lines);
    if (!lines) {
        fprintf(stderr, "mpgbench: no memory for the report\n");
        exit(1);
    }
    if (arguments->total)
        return; /* Who has started us has printed it. */
    printf("%-26s %12s %12s %12s %8s  %s\n", "case", "median us", "p99 us",
           "yardstick us", "ratio", "what");
    fflush(stdout);
}

void report_start(const struct bench_case *about)
{
    if (isatty(STDERR_FILENO))
        fprintf(stderr, "\r\033[Kmpgbench: %u of %u: %s", before + count + 1,
                total, about->name);
}

static double ratio_of(enum ratio ratio, double ours, double yardstick)
{
    switch (ratio) {
    case RATIO_TIME:
        return yardstick > 0 ? ours / yardstick : 0;
    case RATIO_SPEED:
        return ours > 0 ? yardstick / ours : 0;
    case RATIO_EXCESS:
        return yardstick > 0 ? ours / yardstick - 1 : 0;
    case RATIO_ITSELF:
        break;
    }
    return ours;
}

static void print_line(const struct line *line)
{
    const struct bench_case *about = line->about;
    if (isatty(STDERR_FILENO))
        fprintf(stderr, "\r\033[K");
    if (line->note)
        printf("%-26s %12s %12s %12s %8s  %s\n", about->name, "-", "-", "-",
               "-", line->note);
    else
        printf("%-26s %12.2f %12.2f %12.2f %8.3f  %s%s%s\n", about->name,
               line->median, line->p99, line->yardstick, line->ratio,
               about->what, about->ratio == RATIO_ITSELF ? "" : " / ",
               about->ratio == RATIO_ITSELF ? "" : about->yardstick);
    fflush(stdout);
}

static double median_of_pairs(const struct result *result)
{
    struct samples ratios = {0};
    for (size_t i = 0; i < result->ours.count; i++)
        samples_add(&ratios,
                    result->ours.values[i] / result->yardstick.values[i]);
    double median = samples_quantile(&ratios, 0.5);
    free(ratios.values);
    return median;
}

void report_case(const struct bench_case *about, struct result *result)
{
    /* First: quantiles sort the samples. */
    double of_pairs = result->is_paired ? median_of_pairs(result) : 0;
    if (count == room)
        abort(); /* There are more than were announced. */
    struct line *line = &lines[count++];
    *line =
        (struct line){.about = about,
                      .median = samples_quantile(&result->ours, 0.5),
                      .p99 = samples_quantile(&result->ours, 0.99),
                      .yardstick = samples_quantile(&result->yardstick, 0.5),
                      .note = result->note};
    line->ratio = result->is_paired
                      ? ratio_of(about->ratio, of_pairs, 1)
                      : ratio_of(about->ratio, line->median, line->yardstick);
    free(result->ours.values);
    free(result->yardstick.values);
    print_line(line);
}

bool report_json(const char *path)
{
    const char *separator = "";
    FILE *file = fopen(path, "w");
    if (!file)
        return false;
    fprintf(file, "{\"cases\":[");
    for (unsigned i = 0; i < count; i++) {
        const struct line *line = &lines[i];
        if (line->note)
            continue;
        fprintf(file,
                "%s\n  {\"name\":\"%s\",\"median_us\":%.3f,\"p99_us\":%.3f,"
                "\"yardstick\":\"%s\",\"yardstick_us\":%.3f,\"ratio\":%.4f}",
                separator, line->about->name, line->median, line->p99,
                line->about->yardstick, line->yardstick, line->ratio);
        separator = ",";
    }
    fprintf(file, "\n]}\n");
    bool is_good = !ferror(file);
    return !fclose(file) && is_good;
}

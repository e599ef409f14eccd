/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Samples and the clock.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "bench.h"

double now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

void samples_add(struct samples *samples, double value)
{
    if (samples->count == samples->room) {
        samples->room = samples->room ? 2 * samples->room : 256;
        samples->values =
            realloc(samples->values, samples->room * sizeof *samples->values);
        if (!samples->values) {
            fprintf(stderr, "mpgbench: no memory for samples\n");
            exit(1);
        }
    }
    samples->values[samples->count++] = value;
}

void result_pair(struct result *result, double ours, double yardstick)
{
    result->is_paired = true;
    samples_add(&result->ours, ours);
    samples_add(&result->yardstick, yardstick);
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double samples_quantile(struct samples *samples, double share)
{
    if (!samples->count)
        return 0;
    qsort(samples->values, samples->count, sizeof *samples->values, by_value);
    size_t at = (size_t)(share * (double)samples->count);
    return samples->values[at < samples->count ? at : samples->count - 1];
}

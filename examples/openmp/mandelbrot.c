/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * The Mandelbrot set: how many steps of z = z z + c, from zero, it takes until
 * |z| > 2, for every c of a rectangle.
 *
 * Rows differ much in their work: those through the set take the limit at
 * almost every point.  So rows are not dealt out in blocks; a thread that has
 * finished some rows takes the next ones.
 */
#include "common.h"

static int steps_at(double re, double im, long limit)
{
    double x = 0, y = 0;
    int steps = 0;

    while (steps < limit && x * x + y * y <= 4) {
        double next = x * x - y * y + re;
        y = 2 * x * y + im;
        x = next;
        steps++;
    }
    return steps;
}

static void compute_row(int *row, long i, long width, long height, long limit)
{
    double im = 2.4 * (double)i / (double)height - 1.2;

    for (long j = 0; j < width; j++)
        row[j] = steps_at(3.2 * (double)j / (double)width - 2.2, im, limit);
}

static const char *check(const int *steps, long width, long height, long limit,
                         double *seconds)
{
    int *row = malloc((size_t)width * sizeof *row);
    const char *wrong = NULL;

    need(row);
    *seconds = 0;
    for (long i = 0; i < height; i++) {
        *seconds -= seconds_now();
        compute_row(row, i, width, height, limit);
        *seconds += seconds_now();
        if (memcmp(row, steps + i * width, (size_t)width * sizeof *row) != 0)
            wrong = "wrong: a row differs";
    }
    free(row);
    return wrong;
}

/* A picture for those who want to see one: a character for each block. */
static void draw(const int *steps, long width, long height, long limit)
{
    const long columns = 64, lines = 24;

    for (long i = 0; i < lines; i++) {
        for (long j = 0; j < columns; j++) {
            int s = steps[i * height / lines * width + j * width / columns];
            putchar(s >= limit ? '#' : s > 12 ? '+' : s > 5 ? '.' : ' ');
        }
        putchar('\n');
    }
}

int main(int argc, char **argv)
{
    long width = 1024, height = 768, limit = 3000;
    const struct parameter parameters[] = {
        {"WIDTH", &width, 64, 100000, "points in a row"},
        {"HEIGHT", &height, 24, 100000, "rows"},
        {"LIMIT", &limit, 1, 1000000, "steps, at most"},
        {0},
    };
    struct program program = {
        .name = "mandelbrot",
        .about = "Draws the Mandelbrot set.",
        .parameters = parameters,
    };
    read_arguments(&program, argc, argv);

    int *steps = malloc((size_t)(width * height) * sizeof *steps);
    need(steps);
    double seconds = -seconds_now(), sequential = 0;
    uint64_t sum = 0;
#pragma omp parallel for schedule(dynamic, 4) reduction(+ : sum)
    for (long i = 0; i < height; i++) {
        int *row = steps + i * width;
        compute_row(row, i, width, height, limit);
        for (long j = 0; j < width; j++)
            sum += term((uint64_t)(i * width + j), (uint64_t)row[j]);
    }
    seconds += seconds_now();

    draw(steps, width, height, limit);
    const char *wrong = NULL;
    if (program.check)
        wrong = check(steps, width, height, limit, &sequential);
    free(steps);
    return report(&program, seconds, sequential, wrong,
                  "%ld x %ld, %ld steps: checksum %016llx", width, height,
                  limit, (unsigned long long)sum);
}

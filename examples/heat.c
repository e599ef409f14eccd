/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Heat spreading over a plate, drawn as a PNG.  Hot and cold discs, arranged
 * as the seeds of a sunflower, keep their temperature; a ring that hardly
 * conducts stands in the way.
 *
 * The hosts compute blocks of rows, from one plate to the other and back.  A
 * row is an element of the shared array, so of all the rows only those at
 * the borders of the blocks travel.
 */
#include "common.h"

#include <math.h>
#include <png.h>

#ifndef HEIGHT
#define HEIGHT 1536
#endif
#ifndef WIDTH
#define WIDTH 1536
#endif

#pragma millipage shared granularity(element)
float even_plate[HEIGHT][WIDTH]; /* after an even number of steps */

#pragma millipage shared granularity(element)
float odd_plate[HEIGHT][WIDTH];

/* What does not change is private: every host makes what it needs of it. */
static float conduct[HEIGHT][WIDTH]; /* 0 where the temperature is fixed */

/* Places are fractions of the plate. */
struct disc {
    double x, y, radius;
    float temperature; /* 0 to 1 */
};

/* Seed k of the sunflower: one golden angle further round, a little further
 * out.  Every eighth is hot, so that the hot ones form spiral arms. */
enum { DISCS = 180 };
static struct disc seed(int k)
{
    double out = 0.47 * sqrt(((double)k + 0.5) / DISCS);
    double angle = 2.39996322972865 * (double)k;
    struct disc disc = {0.5 + out * cos(angle), 0.5 + out * sin(angle), 0, 0};

    disc.radius = 0.006 + 0.012 * out;
    disc.temperature = k % 8 == 0   ? 1.00f
                       : k % 8 == 5 ? 0.60f
                       : k % 8 == 3 ? 0.25f
                                    : 0.00f;
    return disc;
}

static float conductance(double x, double y)
{
    double distance = hypot(x - 0.5, y - 0.5);

    return fabs(distance - 0.33) < 0.003 ? 0.002f : 0.24f;
}

static void paint_disc(const struct disc *disc, long i, double y, long width)
{
    double across = disc->radius * disc->radius - (y - disc->y) * (y - disc->y);

    if (across <= 0)
        return;
    long to = lrint((disc->x + sqrt(across)) * (double)width);
    for (long j = lrint((disc->x - sqrt(across)) * (double)width); j < to;
         j++) {
        conduct[i][j] = 0;
        even_plate[i][j] = odd_plate[i][j] = disc->temperature;
    }
}

static void set_up(long i, long width, long height)
{
    double y = ((double)i + 0.5) / (double)height;

    for (long j = 0; j < width; j++) {
        conduct[i][j] = conductance(((double)j + 0.5) / (double)width, y);
        even_plate[i][j] = odd_plate[i][j] = 0.04f;
    }
    for (int k = 0; k < DISCS; k++) {
        struct disc disc = seed(k);
        paint_disc(&disc, i, y, width);
    }
}

static void step_row(float *restrict to, const float *restrict row,
                     const float *restrict above, const float *restrict below,
                     const float *restrict conducts, long width)
{
    for (long j = 1; j < width - 1; j++) {
        float flow = (above[j] + below[j]) + (row[j - 1] + row[j + 1]);
        to[j] = row[j] + conducts[j] * (flow - 4 * row[j]);
    }
}

/* Under millirun lines arrive whole, so progress is a line now and then. */
static void show_progress(long step, long steps, double seconds)
{
    static long shown;
    long tenths = step * 10 / steps;

    if (mpg_host() != 0 || tenths == shown)
        return;
    shown = tenths;
    fprintf(stderr, "heat: [%.*s%.*s] %3ld %%  %ld of %ld steps, %.1f s\n",
            (int)(2 * tenths), "####################", (int)(20 - 2 * tenths),
            "....................", 10 * tenths, step, steps, seconds);
}

static void compute_row(long step, long i, long width)
{
    if (step % 2 == 0)
        step_row(odd_plate[i], even_plate[i], even_plate[i - 1],
                 even_plate[i + 1], conduct[i], width);
    else
        step_row(even_plate[i], odd_plate[i], odd_plate[i - 1],
                 odd_plate[i + 1], conduct[i], width);
}

/* The neighbours' rows are asked for at the beginning of a step, as are our
 * own border rows, of which the neighbours still have copies; all that
 * travels while the other rows are computed. */
static void compute_block(long step, long from, long to, long width)
{
    const size_t bytes = (size_t)width * sizeof(float);
    const struct mpg_range even_step[] = {{even_plate[from - 1], bytes, 0},
                                          {even_plate[to], bytes, 0},
                                          {odd_plate[from], bytes, 1},
                                          {odd_plate[to - 1], bytes, 1}};
    const struct mpg_range odd_step[] = {{odd_plate[from - 1], bytes, 0},
                                         {odd_plate[to], bytes, 0},
                                         {even_plate[from], bytes, 1},
                                         {even_plate[to - 1], bytes, 1}};

    mpg_prefetch_ranges(step % 2 == 0 ? even_step : odd_step, 4);
    for (long i = from + 1; i < to - 1; i++)
        compute_row(step, i, width);
    compute_row(step, from, width);
    if (from < to - 1)
        compute_row(step, to - 1, width);
}

static double simulate(long from, long to, long width, long steps)
{
    double start = seconds_now();

    for (long step = 0; step < steps; step++) {
        if (from < to)
            compute_block(step, from, to, width);
        mpg_barrier();
        show_progress(step + 1, steps, seconds_now() - start);
    }
    return seconds_now() - start;
}

/* From black over violet, red and yellow to white. */
static void colour(float temperature, png_byte *rgb)
{
    static const float stops[][3] = {
        {0, 0, 8},      {32, 10, 80},   {90, 18, 110},
        {150, 38, 102}, {205, 65, 75},  {240, 110, 35},
        {252, 165, 20}, {248, 220, 90}, {255, 255, 235}};
    const int last = sizeof stops / sizeof stops[0] - 1;
    float place = sqrtf(fminf(fmaxf(temperature, 0), 1)) * (float)last;
    int stop = place < (float)last ? (int)place : last - 1;
    float part = place - (float)stop;

    for (int c = 0; c < 3; c++)
        rgb[c] = (png_byte)lrintf(stops[stop][c] * (1 - part) +
                                  stops[stop + 1][c] * part);
}

/* One number for the whole plate, the same on any number of hosts. */
static uint64_t add_to_checksum(uint64_t sum, const float *row, long width)
{
    for (long j = 0; j < width; j++) {
        uint32_t bits;
        memcpy(&bits, &row[j], sizeof bits);
        sum = (sum ^ bits) * 0x100000001b3u;
    }
    return sum;
}

static void write_rows(png_structp png, long width, long height, long steps,
                       png_byte *pixels, uint64_t *checksum)
{
    *checksum = 0xcbf29ce484222325u;
    for (long i = 0; i < height; i++) {
        const float *row = steps % 2 == 0 ? even_plate[i] : odd_plate[i];
        *checksum = add_to_checksum(*checksum, row, width);
        for (long j = 0; j < width; j++)
            colour(row[j], pixels + 3 * j);
        png_write_row(png, pixels);
    }
}

/* Returns 0, or -1 when the file cannot be written. */
static int draw(const char *path, long width, long height, long steps,
                uint64_t *checksum)
{
    FILE *file = fopen(path, "wb");
    png_byte *pixels = private_alloc((size_t)width * 3);
    png_structp png =
        png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
    png_infop info = png ? png_create_info_struct(png) : NULL;
    int result = -1;

    if (file && info && setjmp(png_jmpbuf(png)) == 0) {
        png_init_io(png, file);
        png_set_IHDR(png, info, (png_uint_32)width, (png_uint_32)height, 8,
                     PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE,
                     PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
        png_write_info(png, info);
        write_rows(png, width, height, steps, pixels, checksum);
        png_write_end(png, info);
        result = 0;
    }
    png_destroy_write_struct(&png, &info);
    if (file && fclose(file) != 0)
        result = -1;
    free(pixels);
    return result;
}

int main(int argc, char **argv)
{
    long width = WIDTH, height = HEIGHT, steps = 4000;
    const char *path = "heat.png";
    const struct parameter parameters[] = {
        {"STEPS", &steps, 1, 10000000, NULL, "time steps"},
        {"FILE", NULL, 0, 0, &path, "the picture"},
        {"WIDTH", &width, 3, WIDTH, NULL, "of the plate"},
        {"HEIGHT", &height, 3, HEIGHT, NULL, "of the plate"},
        {0},
    };
    struct program program = {
        .name = "heat",
        .about = "Heat spreading over a plate, drawn as a PNG.",
        .parameters = parameters,
    };
    read_arguments(&program, argc, argv);

    int host = mpg_host(), hosts = mpg_hosts();
    long from = first_of(host, hosts, height);
    long to = first_of(host + 1, hosts, height);
    for (long i = from; i < to; i++)
        set_up(i, width, height);
    mpg_barrier();
    double seconds = simulate(from > 0 ? from : 1,
                              to < height ? to : height - 1, width, steps);
    if (host != 0)
        return 0;

    uint64_t checksum;
    if (draw(path, width, height, steps, &checksum) != 0) {
        fprintf(stderr, "heat: %s cannot be written: %s\n", path,
                strerror(errno));
        return 1;
    }
    printf("heat: hosts=%d width=%ld height=%ld steps=%ld seconds=%.3f "
           "checksum=%016llx file=%s\n",
           hosts, width, height, steps, seconds, (unsigned long long)checksum,
           path);
    return 0;
}

/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Equalises grey pictures: counts how often each of 256 greys occurs, and maps
 * the greys such that all become about equally frequent.  The contrast of a
 * film is improved in this way, picture by picture.
 *
 * Counting is the part that is worth a look: threads that count into the same
 * 256 counters would wait for each other all the time.  An array reduction
 * gives each thread counters of its own, and adds them at the end.
 */
#include "common.h"

enum { GREYS = 256 };

/* A dark picture: the product of two draws is more often small.  It is
 * another one for every frame. */
static uint8_t grey_at(long frame, long pixels, long k)
{
    uint64_t bits = random_bits((uint64_t)(frame * pixels + k));
    return (uint8_t)((bits & 0xffff) * (bits >> 16 & 0xffff) >> 25);
}

static void take_picture(uint8_t *picture, long pixels, long frame)
{
#pragma omp parallel for schedule(static)
    for (long k = 0; k < pixels; k++)
        picture[k] = grey_at(frame, pixels, k);
}

static void count_greys(const uint8_t *picture, long pixels, long *count)
{
    for (int grey = 0; grey < GREYS; grey++)
        count[grey] = 0;
#pragma omp parallel for schedule(static) reduction(+ : count[ : GREYS])
    for (long k = 0; k < pixels; k++)
        count[picture[k]]++;
}

/* A grey becomes the share of the pixels that are not lighter. */
static void make_map(const long *count, long pixels, uint8_t *map)
{
    long darker = 0;

    for (int grey = 0; grey < GREYS; grey++) {
        darker += count[grey];
        map[grey] = (uint8_t)(darker * (GREYS - 1) / pixels);
    }
}

static void apply_map(uint8_t *picture, long pixels, const uint8_t *map)
{
#pragma omp parallel for schedule(static)
    for (long k = 0; k < pixels; k++)
        picture[k] = map[picture[k]];
}

static uint64_t sum_picture(const uint8_t *picture, long pixels)
{
    uint64_t sum = 0;

#pragma omp parallel for schedule(static) reduction(+ : sum)
    for (long k = 0; k < pixels; k++)
        sum += (uint64_t)picture[k] * (uint64_t)(k + 1);
    return sum;
}

/* The last frame once more, by one thread. */
static const char *check(const uint8_t *picture, long pixels, long frame)
{
    long count[GREYS] = {0};
    uint8_t map[GREYS];

    for (long k = 0; k < pixels; k++)
        count[grey_at(frame, pixels, k)]++;
    make_map(count, pixels, map);
    for (long k = 0; k < pixels; k++)
        if (picture[k] != map[grey_at(frame, pixels, k)])
            return "wrong: a pixel of the last frame";
    return NULL;
}

int main(int argc, char **argv)
{
    long width = 4096, height = 2160, frames = 20;
    const struct parameter parameters[] = {
        {"WIDTH", &width, 1, 100000, "pixels in a row"},
        {"HEIGHT", &height, 1, 100000, "rows"},
        {"FRAMES", &frames, 1, 100000, "pictures"},
        {0},
    };
    struct program program = {
        .name = "histogram",
        .about = "Equalises the histograms of grey pictures.",
        .parameters = parameters,
    };
    read_arguments(&program, argc, argv);

    long pixels = width * height;
    long count[GREYS];
    uint8_t map[GREYS];
    uint64_t sum = 0;
    uint8_t *picture = malloc((size_t)pixels);
    need(picture);

    double seconds = -seconds_now();
    for (long frame = 0; frame < frames; frame++) {
        take_picture(picture, pixels, frame);
        count_greys(picture, pixels, count);
        make_map(count, pixels, map);
        apply_map(picture, pixels, map);
        sum += term((uint64_t)frame, sum_picture(picture, pixels));
    }
    seconds += seconds_now();

    const char *wrong = NULL;
    if (program.check)
        wrong = check(picture, pixels, frames - 1);
    free(picture);
    return report(&program, seconds, 0, wrong,
                  "%ld x %ld, %ld frames: checksum %016llx", width, height,
                  frames, (unsigned long long)sum);
}

/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * kmeans.c with one pragma, for the points.
 *
 * One host makes the points, and in the first round each of the others
 * fetches its part, seven megabytes in all: 1,800 pages.  They are asked for
 * ahead, so that is few faults, but a request and an answer for each. Minipages
 * of 2,048 points, which are 18 pages, make it 100.  After the first round a
 * host's points stay where they are, but at the border of two parts, where both
 * hosts write the clusters of points in one minipage: that is why they are not
 * greater.
 */
#include "common.h"

enum { DIMENSIONS = 8, MAX_CLUSTERS = 64 };

struct point {
    int at[DIMENSIONS];
    int cluster;
};

struct centres {
    int at[MAX_CLUSTERS][DIMENSIONS];
};

/* Around one of 32 places, so that there is something to find. */
static void make_points(struct point *point, long points)
{
    for (long i = 0; i < points; i++) {
        uint64_t place = random_bits((uint64_t)i) % 32;
        for (int d = 0; d < DIMENSIONS; d++) {
            uint64_t centre = random_bits(place * DIMENSIONS + (uint64_t)d);
            uint64_t noise = random_bits((uint64_t)(i * DIMENSIONS + d + 999));
            point[i].at[d] = (int)(centre % 10000 + noise % 2000);
        }
        point[i].cluster = -1;
    }
}

static int nearest(const struct point *point, const struct centres *centres,
                   long clusters)
{
    long best = INT64_MAX;
    int cluster = 0;

    for (int k = 0; k < clusters; k++) {
        long square = 0;
        for (int d = 0; d < DIMENSIONS; d++) {
            long difference = point->at[d] - centres->at[k][d];
            square += difference * difference;
        }
        if (square < best) {
            best = square;
            cluster = k;
        }
    }
    return cluster;
}

/* A centre without points stays where it is. */
static void move_centres(struct centres *centres, long clusters,
                         const long *sum, const long *count)
{
    for (int k = 0; k < clusters; k++)
        for (int d = 0; d < DIMENSIONS; d++)
            if (count[k] > 0)
                centres->at[k][d] = (int)(sum[k * DIMENSIONS + d] / count[k]);
}

/* Returns how many points changed to another cluster. */
static long iterate(struct point *point, long points, struct centres *centres,
                    long clusters)
{
    long sum[MAX_CLUSTERS * DIMENSIONS] = {0}, count[MAX_CLUSTERS] = {0};
    long changed = 0;

#pragma omp parallel for schedule(static) reduction(+ : sum, count, changed)
    for (long i = 0; i < points; i++) {
        int cluster = nearest(&point[i], centres, clusters);
        if (cluster != point[i].cluster) {
            point[i].cluster = cluster;
            changed++;
        }
        count[cluster]++;
        for (int d = 0; d < DIMENSIONS; d++)
            sum[cluster * DIMENSIONS + d] += point[i].at[d];
    }
    move_centres(centres, clusters, sum, count);
    return changed;
}

static long iterate_alone(struct point *point, long points,
                          struct centres *centres, long clusters)
{
    long sum[MAX_CLUSTERS * DIMENSIONS] = {0}, count[MAX_CLUSTERS] = {0};
    long changed = 0;

    for (long i = 0; i < points; i++) {
        int cluster = nearest(&point[i], centres, clusters);
        changed += cluster != point[i].cluster;
        point[i].cluster = cluster;
        count[cluster]++;
        for (int d = 0; d < DIMENSIONS; d++)
            sum[cluster * DIMENSIONS + d] += point[i].at[d];
    }
    move_centres(centres, clusters, sum, count);
    return changed;
}

static void start_centres(struct centres *centres, const struct point *point,
                          long clusters)
{
    memset(centres, 0, sizeof *centres);
    for (long k = 0; k < clusters; k++)
        memcpy(centres->at[k], point[k].at, sizeof point[k].at);
}

static const char *check(const struct point *result,
                         const struct centres *centres, long points,
                         long clusters, long iterations, double *seconds)
{
    struct point *point = malloc((size_t)points * sizeof *point);
    struct centres right;
    const char *wrong = NULL;

    need(point);
    make_points(point, points);
    start_centres(&right, point, clusters);
    *seconds = -seconds_now();
    while (iterations-- > 0 && iterate_alone(point, points, &right, clusters))
        ;
    *seconds += seconds_now();
    if (memcmp(&right, centres, sizeof right) != 0)
        wrong = "wrong: a centre is not where it should be";
    for (long i = 0; i < points; i++)
        if (point[i].cluster != result[i].cluster)
            wrong = "wrong: a point is in another cluster";
    free(point);
    return wrong;
}

int main(int argc, char **argv)
{
    long points = 200000, clusters = 32, iterations = 20;
    const struct parameter parameters[] = {
        {"POINTS", &points, MAX_CLUSTERS, 100000000, "points"},
        {"CLUSTERS", &clusters, 1, MAX_CLUSTERS, "clusters"},
        {"ITERATIONS", &iterations, 1, 100000, "rounds, at most"},
        {0},
    };
    struct program program = {
        .name = "kmeans",
        .about = "Puts points into clusters, each around its mean.",
        .parameters = parameters,
    };
    read_arguments(&program, argc, argv);

#pragma millipage shared granularity(73728)
    struct point *point = malloc((size_t)points * sizeof *point);
    need(point);
    make_points(point, points);
    struct centres centres;
    start_centres(&centres, point, clusters);

    double seconds = -seconds_now(), sequential = 0;
    long rounds = 0, changed = 1;
    for (; rounds < iterations && changed > 0; rounds++)
        changed = iterate(point, points, &centres, clusters);
    seconds += seconds_now();

    uint64_t sum = 0;
    for (long k = 0; k < clusters; k++)
        for (int d = 0; d < DIMENSIONS; d++)
            sum += term((uint64_t)(k * DIMENSIONS + d),
                        (uint64_t)centres.at[k][d]);
    const char *wrong = NULL;
    if (program.check)
        wrong =
            check(point, &centres, points, clusters, iterations, &sequential);
    free(point);
    return report(&program, seconds, sequential, wrong,
                  "%ld points, %ld clusters, %ld rounds, %ld changed in the "
                  "last: checksum %016llx",
                  points, clusters, rounds, changed, (unsigned long long)sum);
}

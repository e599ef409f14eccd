/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Two kernels as benchmarks have them.  Pairs of random numbers in batches:
 * each thread has threadprivate buffers and counts, which are merged by atomic
 * and critical at the end.  Keys ranked by buckets: an array of pointers to
 * each thread's counts, allocated by the threads, prefix sums over threads, and
 * loops whose bounds depend on the number of threads.
 */
#include <math.h>
#include <omp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BATCH = 256, BATCHES = 64, RINGS = 10 };
enum { KEYS = 20000, MOST = 1 << 11, BUCKETS = 64, SHIFT = 5 };

static double batch[2 * BATCH];
static long own[RINGS];
#pragma omp threadprivate(batch, own)

static long rings[RINGS];
static double sums[2];

static uint64_t times(uint64_t a, uint64_t b)
{
    return a * b & ((UINT64_C(1) << 46) - 1);
}

static uint64_t power(uint64_t base, uint64_t exponent)
{
    uint64_t result = 1;
    for (; exponent; exponent /= 2) {
        if (exponent & 1)
            result = times(result, base);
        base = times(base, base);
    }
    return result;
}

static void randoms(uint64_t *seed, double *to, int count)
{
    for (int i = 0; i < count; i++) {
        *seed = times(*seed, 1220703125);
        to[i] = (double)*seed * 0x1p-46;
    }
}

static void pairs(void)
{
    long accepted = 0;
    long long sx = 0, sy = 0; /* in millionths, so that the order is nothing */
#pragma omp parallel
    {
        for (int i = 0; i < RINGS; i++)
            own[i] = 0;
#pragma omp for reduction(+ : sx, sy)
        for (int k = 0; k < BATCHES; k++) {
            uint64_t seed =
                times(271828183, power(1220703125, 2ull * BATCH * (unsigned)k));
            randoms(&seed, batch, 2 * BATCH);
            for (int i = 0; i < BATCH; i++) {
                double x = 2 * batch[2 * i] - 1, y = 2 * batch[2 * i + 1] - 1,
                       t = x * x + y * y;
                if (t > 1)
                    continue;
                double f = sqrt(-2 * log(t) / t), a = x * f, b = y * f;
                double larger = fabs(a) > fabs(b) ? fabs(a) : fabs(b);
                own[(int)larger]++;
                sx += llround(a * 1e6);
                sy += llround(b * 1e6);
            }
        }
        for (int i = 0; i < RINGS; i++) {
#pragma omp atomic
            rings[i] += own[i];
        }
#pragma omp barrier
#pragma omp for reduction(+ : accepted)
        for (int i = 0; i < RINGS; i++)
            accepted += rings[i];
#pragma omp critical(sums)
        {
            sums[0] = (double)sx / 1e6;
            sums[1] = (double)sy / 1e6;
        }
    }
    printf("pairs: %ld accepted, %.6f %.6f:", accepted, sums[0], sums[1]);
    for (int i = 0; i < 5; i++)
        printf(" %ld", rings[i]);
    printf("\n");
}

static int key[KEYS], sorted[KEYS], rank[MOST];
static int **counts, bucket_ends[BUCKETS];
static int *pointers;
#pragma omp threadprivate(pointers)

static void sort_keys(int round)
{
    key[round] = round;
    key[round + 10] = MOST - round;
#pragma omp parallel
    {
        int me = omp_get_thread_num(), threads = omp_get_num_threads();
#pragma omp single
        counts = malloc((size_t)threads * sizeof *counts);
        int *mine = counts[me] = calloc(BUCKETS, sizeof *mine);
        pointers = malloc(BUCKETS * sizeof *pointers);
#pragma omp for schedule(static)
        for (int i = 0; i < KEYS; i++)
            mine[key[i] >> SHIFT]++;
        /* Where this thread's keys of a bucket go: behind those of buckets
         * before, and those of threads before in the same. */
        int at = 0;
        for (int b = 0; b < BUCKETS; b++) {
            for (int t = 0; t < me; t++)
                at += counts[t][b];
            pointers[b] = at;
            for (int t = me; t < threads; t++)
                at += counts[t][b];
            if (me == threads - 1)
                bucket_ends[b] = at;
        }
#pragma omp for schedule(static)
        for (int i = 0; i < KEYS; i++)
            sorted[pointers[key[i] >> SHIFT]++] = key[i];
#pragma omp for schedule(static, 1)
        for (int b = 0; b < BUCKETS; b++) {
            int from = b ? bucket_ends[b - 1] : 0, *here = rank + (b << SHIFT);
            memset(here, 0, sizeof *here << SHIFT);
            for (int i = from; i < bucket_ends[b]; i++)
                here[sorted[i] - (b << SHIFT)]++;
            here[0] += from;
            for (int k = 1; k < 1 << SHIFT; k++)
                here[k] += here[k - 1];
        }
        free(pointers);
        free(counts[me]);
    }
    free(counts);
}

int main(void)
{
    uint64_t seed = 314159265;
    long wrong = 0;
    uint64_t sum = 0;
    pairs();
    for (int i = 0; i < KEYS; i++) {
        double x[4];
        randoms(&seed, x, 4);
        key[i] = (int)((x[0] + x[1] + x[2] + x[3]) / 4 * MOST);
    }
    for (int round = 1; round <= 5; round++) {
        sort_keys(round);
        printf("round %d: %d %d %d\n", round, rank[17], rank[MOST / 2],
               rank[MOST - 1]);
    }
    int *in_order = malloc(sizeof(int) * KEYS);
    for (int i = 0; i < KEYS; i++)
        in_order[--rank[key[i]]] = key[i];
#pragma omp parallel for reduction(+ : wrong, sum)
    for (int i = 1; i < KEYS; i++) {
        wrong += in_order[i] < in_order[i - 1];
        sum += (uint64_t)i * (uint64_t)in_order[i];
    }
    printf("%ld wrong, %llu\n", wrong, (unsigned long long)sum);
    free(in_order);
    return 0;
}

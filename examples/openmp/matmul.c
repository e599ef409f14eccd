/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * The product of two square matrices, C = A B, in blocks that fit into the
 * cache.
 *
 * The elements are small integers kept as doubles, so every sum is exact in
 * whatever order.  That allows a check which costs next to nothing: for a
 * vector r, C r must be A (B r), which is three products of a matrix and a
 * vector.  A wrong element of C goes unnoticed only if r is zero there, and
 * our r is nowhere zero.
 */
#include "common.h"

enum { BLOCK = 64 };

static double element(uint64_t seed, long k)
{
    return (double)(random_bits(seed + (uint64_t)k) % 17) - 8;
}

static long least(long a, long b)
{
    return a < b ? a : b;
}

/* Adds the product of two blocks; the inner loop runs along rows of B and C,
 * so the compiler can do several elements at once. */
static void multiply_block(double *c, const double *a, const double *b, long n,
                           long i0, long k0, long j0)
{
    long i1 = least(i0 + BLOCK, n), k1 = least(k0 + BLOCK, n);
    long j1 = least(j0 + 4 * BLOCK, n);

    for (long i = i0; i < i1; i++)
        for (long k = k0; k < k1; k++) {
            double factor = a[i * n + k];
            const double *from = b + k * n;
            double *restrict to = c + i * n;
            for (long j = j0; j < j1; j++)
                to[j] += factor * from[j];
        }
}

static void multiply(double *c, const double *a, const double *b, long n)
{
#pragma omp parallel for schedule(static)
    for (long i0 = 0; i0 < n; i0 += BLOCK) {
        memset(c + i0 * n, 0, (size_t)(least(BLOCK, n - i0) * n) * sizeof *c);
        for (long j0 = 0; j0 < n; j0 += 4 * BLOCK)
            for (long k0 = 0; k0 < n; k0 += BLOCK)
                multiply_block(c, a, b, n, i0, k0, j0);
    }
}

static void apply(double *to, const double *matrix, const double *vector,
                  long n)
{
    for (long i = 0; i < n; i++) {
        double sum = 0;
        for (long j = 0; j < n; j++)
            sum += matrix[i * n + j] * vector[j];
        to[i] = sum;
    }
}

static const char *check(const double *c, const double *a, const double *b,
                         long n)
{
    static char text[96];
    double *r = calloc((size_t)(4 * n), sizeof *r);
    const char *wrong = NULL;

    need(r);
    double *br = r + n, *abr = br + n, *cr = abr + n;
    for (long i = 0; i < n; i++)
        r[i] = (double)(1 + random_bits((uint64_t)i) % 1000);
    apply(br, b, r, n);
    apply(abr, a, br, n);
    apply(cr, c, r, n);
    for (long i = 0; i < n && !wrong; i++) {
        if (cr[i] == abr[i])
            continue;
        snprintf(text, sizeof text, "wrong: row %ld of the product", i);
        wrong = text;
    }
    free(r);
    return wrong;
}

int main(int argc, char **argv)
{
    long n = 1280;
    const struct parameter parameters[] = {
        {"N", &n, 1, 20000, "rows and columns"},
        {0},
    };
    struct program program = {
        .name = "matmul",
        .about = "The product of two square matrices.",
        .parameters = parameters,
    };
    read_arguments(&program, argc, argv);

    size_t bytes = (size_t)(n * n) * sizeof(double);
    double *a = malloc(bytes);
    double *b = malloc(bytes);
    double *c = malloc(bytes);
    need(a);
    need(b);
    need(c);
#pragma omp parallel for schedule(static)
    for (long i = 0; i < n; i++)
        for (long j = 0; j < n; j++) {
            a[i * n + j] = element(1, i * n + j);
            b[i * n + j] = element(1u << 30, i * n + j);
        }

    double seconds = -seconds_now();
    multiply(c, a, b, n);
    seconds += seconds_now();

    uint64_t sum = 0;
#pragma omp parallel for schedule(static) reduction(+ : sum)
    for (long k = 0; k < n * n; k++)
        sum += term((uint64_t)k, (uint64_t)(int64_t)c[k]);
    const char *wrong = program.check ? check(c, a, b, n) : NULL;
    free(a);
    free(b);
    free(c);
    return report(&program, seconds, 0, wrong, "%ld x %ld: checksum %016llx", n,
                  n, (unsigned long long)sum);
}

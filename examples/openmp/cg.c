/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Conjugate gradients: solves A x = b for a sparse, symmetric, positive
 * definite A, kept as compressed rows (CSR): row i has the elements
 * first[i] .. first[i + 1] - 1 of `column` and `value`.
 *
 * The matrix is the Laplacian of a cube of n x n x n points: 6 in the
 * diagonal, -1 for each of up to six neighbours.  The program itself does not
 * use what it knows of it; any matrix in the same form would do.  The right
 * side is made from a solution of our choice, so the error is known.
 *
 * One parallel region spans an iteration's five loops; each loop is cut in the
 * same blocks, so a thread has the same part of every vector.  Of other
 * threads it needs what its rows' columns name: here the planes next to its
 * block.
 */
#include "common.h"

#include <math.h>

struct matrix {
    long rows;
    long *first;
    int *column;
    double *value;
};

static void put(struct matrix *a, long *at, long column, double value)
{
    a->column[*at] = (int)column;
    a->value[*at] = value;
    ++*at;
}

/* Row by row, because where a row begins depends on those before it. */
static void make_matrix(struct matrix *a, long n)
{
    long rows = n * n * n, at = 0;

    a->rows = rows;
    a->first = malloc((size_t)(rows + 1) * sizeof *a->first);
    a->column = malloc((size_t)rows * 7 * sizeof *a->column);
    a->value = malloc((size_t)rows * 7 * sizeof *a->value);
    need(a->first);
    need(a->column);
    need(a->value);
    for (long i = 0; i < rows; i++) {
        long x = i % n, y = i / n % n, z = i / n / n;
        a->first[i] = at;
        if (z > 0)
            put(a, &at, i - n * n, -1);
        if (y > 0)
            put(a, &at, i - n, -1);
        if (x > 0)
            put(a, &at, i - 1, -1);
        put(a, &at, i, 6);
        if (x < n - 1)
            put(a, &at, i + 1, -1);
        if (y < n - 1)
            put(a, &at, i + n, -1);
        if (z < n - 1)
            put(a, &at, i + n * n, -1);
    }
    a->first[rows] = at;
}

static void free_matrix(struct matrix *a)
{
    free(a->first);
    free(a->column);
    free(a->value);
}

static double row_times(const struct matrix *a, long i, const double *v)
{
    double sum = 0;

    for (long k = a->first[i]; k < a->first[i + 1]; k++)
        sum += a->value[k] * v[a->column[k]];
    return sum;
}

struct vectors {
    double *x; /* the solution so far */
    double *r; /* what is left of the right side: b - A x */
    double *p; /* the direction of the next step */
    double *q; /* A p */
};

/* Returns the square of what is left. */
static double iterate(const struct matrix *a, struct vectors *v, double rr)
{
    double pq = 0, next = 0;
    double *x = v->x, *r = v->r, *p = v->p, *q = v->q;
    long rows = a->rows;

#pragma omp parallel
    {
#pragma omp for schedule(static) reduction(+ : pq)
        for (long i = 0; i < rows; i++) {
            q[i] = row_times(a, i, p);
            pq += p[i] * q[i];
        }
        double alpha = rr / pq;
#pragma omp for schedule(static) reduction(+ : next)
        for (long i = 0; i < rows; i++) {
            x[i] += alpha * p[i];
            r[i] -= alpha * q[i];
            next += r[i] * r[i];
        }
        double beta = next / rr;
#pragma omp for schedule(static)
        for (long i = 0; i < rows; i++)
            p[i] = r[i] + beta * p[i];
    }
    return next;
}

static double solution(long i)
{
    return random_unit((uint64_t)i) - 0.5;
}

/* Starts at x = 0: what is left is b = A s, where s is the solution that we
 * want to find. */
static double start(const struct matrix *a, struct vectors *v)
{
    double rr = 0;
    double *x = v->x, *r = v->r, *p = v->p;

#pragma omp parallel for schedule(static)
    for (long i = 0; i < a->rows; i++)
        x[i] = solution(i);
#pragma omp parallel for schedule(static) reduction(+ : rr)
    for (long i = 0; i < a->rows; i++) {
        r[i] = p[i] = row_times(a, i, x);
        rr += r[i] * r[i];
    }
#pragma omp parallel for schedule(static)
    for (long i = 0; i < a->rows; i++)
        x[i] = 0;
    return rr;
}

int main(int argc, char **argv)
{
    long n = 64, iterations = 300;
    const struct parameter parameters[] = {
        {"N", &n, 2, 400, "the cube has this many points to a side"},
        {"ITERATIONS", &iterations, 1, 1000000, "steps"},
        {0},
    };
    struct program program = {
        .name = "cg",
        .about = "Conjugate gradients on a sparse matrix in CSR form.",
        .parameters = parameters,
    };
    read_arguments(&program, argc, argv);

    struct matrix a;
    make_matrix(&a, n);
    size_t bytes = (size_t)a.rows * sizeof(double);
    struct vectors v;
    v.x = malloc(bytes);
    v.r = malloc(bytes);
    v.p = malloc(bytes);
    v.q = malloc(bytes);
    need(v.x);
    need(v.r);
    need(v.p);
    need(v.q);
    double rr = start(&a, &v), first = rr;

    double seconds = -seconds_now();
    long done = 0;
    /* Beyond this there is nothing left but the rounding. */
    for (; done < iterations && rr > 1e-24 * first; done++)
        rr = iterate(&a, &v, rr);
    seconds += seconds_now();

    /* How far from the solution we are does not depend on what the iteration
     * believes to have left. */
    double error = 0;
    double *x = v.x;
#pragma omp parallel for schedule(static) reduction(max : error)
    for (long i = 0; i < a.rows; i++)
        error = fmax(error, fabs(x[i] - solution(i)));

    /* The rate of convergence is known: the condition of this matrix is at
     * most (2 (n + 1) / pi)^2, and its root c gives the factor of a step. */
    double c = 2 * (double)(n + 1) / 3.14159265358979;
    double bound =
        2 * c * pow((c - 1) / (c + 1), (double)done) * sqrt(first) + 1e-9;
    const char *wrong = error <= bound ? NULL : "wrong: far from the solution";
    long elements = a.first[a.rows];
    free(v.x);
    free(v.r);
    free(v.p);
    free(v.q);
    free_matrix(&a);
    return report(&program, seconds, 0, wrong,
                  "%ld unknowns, %ld elements, at most %ld steps: error %s",
                  n * n * n, elements, iterations,
                  error < 1e-8   ? "below 1e-8"
                  : error < 1e-4 ? "below 1e-4"
                                 : "not small yet");
}

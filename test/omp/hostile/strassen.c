/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Strassen's product of integer matrices: seven tasks at each level, which
 * write into temporaries of their parent, some on its stack, some on the heap;
 * views of quarters are structures passed by value.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct view {
    int *at;
    int stride, side;
};

static struct view quarter(struct view v, int row, int column)
{
    int half = v.side / 2;
    return (struct view){v.at + row * half * v.stride + column * half, v.stride,
                         half};
}

static void add(struct view to, struct view a, struct view b, int sign)
{
    for (int i = 0; i < to.side; i++)
        for (int j = 0; j < to.side; j++)
            to.at[i * to.stride + j] =
                a.at[i * a.stride + j] + sign * b.at[i * b.stride + j];
}

static void multiply_plainly(struct view to, struct view a, struct view b)
{
    for (int i = 0; i < to.side; i++)
        for (int j = 0; j < to.side; j++) {
            int sum = 0;
            for (int k = 0; k < to.side; k++)
                sum += a.at[i * a.stride + k] * b.at[k * b.stride + j];
            to.at[i * to.stride + j] = sum;
        }
}

static int tasks;

static void multiply(struct view to, struct view a, struct view b, int depth)
{
    int half = to.side / 2;
    if (to.side <= 16) {
        multiply_plainly(to, a, b);
        return;
    }
    int sums[4][half * half]; /* on the stack of whoever runs this */
    struct view s[10], m[7];
    int *heap = malloc(sizeof(int) * 13 * (size_t)(half * half));
    for (int i = 0; i < 10; i++)
        s[i] = (struct view){i < 4 ? sums[i] : heap + (i - 4) * half * half,
                             half, half};
    for (int i = 0; i < 7; i++)
        m[i] = (struct view){heap + (6 + i) * half * half, half, half};
    struct view a00 = quarter(a, 0, 0), a01 = quarter(a, 0, 1),
                a10 = quarter(a, 1, 0), a11 = quarter(a, 1, 1);
    struct view b00 = quarter(b, 0, 0), b01 = quarter(b, 0, 1),
                b10 = quarter(b, 1, 0), b11 = quarter(b, 1, 1);
    add(s[0], a00, a11, 1);
    add(s[1], b00, b11, 1);
    add(s[2], a10, a11, 1);
    add(s[3], b01, b11, -1);
    add(s[4], b10, b00, -1);
    add(s[5], a00, a01, 1);
    add(s[6], a10, a00, -1);
    add(s[7], b00, b01, 1);
    add(s[8], a01, a11, -1);
    add(s[9], b10, b11, 1);
    struct view left[7] = {s[0], s[2], a00, a11, s[5], s[6], s[8]};
    struct view right[7] = {s[1], b00, s[3], s[4], b11, s[7], s[9]};
    for (int i = 0; i < 7; i++) {
#pragma omp task shared(m, left, right) firstprivate(i) final(depth > 1)       \
    mergeable
        {
#pragma omp atomic
            tasks++;
            multiply(m[i], left[i], right[i], depth + 1);
        }
    }
#pragma omp taskwait
    struct view c[2][2];
    for (int i = 0; i < 4; i++)
        c[i / 2][i % 2] = quarter(to, i / 2, i % 2);
    add(c[0][0], m[0], m[3], 1);
    add(c[0][0], c[0][0], m[4], -1);
    add(c[0][0], c[0][0], m[6], 1);
    add(c[0][1], m[2], m[4], 1);
    add(c[1][0], m[1], m[3], 1);
    add(c[1][1], m[0], m[1], -1);
    add(c[1][1], c[1][1], m[2], 1);
    add(c[1][1], c[1][1], m[5], 1);
    free(heap);
}

int main(void)
{
    enum { N = 128 };
    int *a = malloc(sizeof(int) * N * N), *b = malloc(sizeof(int) * N * N);
    int *c = malloc(sizeof(int) * N * N), *d = malloc(sizeof(int) * N * N);
    struct view va = {a, N, N}, vb = {b, N, N}, vc = {c, N, N}, vd = {d, N, N};
#pragma omp parallel for
    for (int i = 0; i < N * N; i++) {
        a[i] = i % 17 - 8;
        b[i] = i % 23 - 11;
    }
#pragma omp parallel
#pragma omp master
    multiply(vc, va, vb, 0);
    multiply_plainly(vd, va, vb);
    long sum = 0;
    for (int i = 0; i < N * N; i++)
        sum = (sum * 31 + c[i]) % 1000000007;
    printf("%d tasks, %s, %ld\n", tasks,
           memcmp(c, d, sizeof(int) * N * N) ? "wrong" : "right", sum);
    free(a), free(b), free(c), free(d);
    return 0;
}

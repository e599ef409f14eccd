/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Large structs as values: returned, passed, assigned, captured as
 * firstprivate and lastprivate; and the addresses of compound literals.
 */
#include <stdio.h>
#include <string.h>

struct matrix {
    double m[6][6];
};

static struct matrix unit(void)
{
    struct matrix result = {0};
    for (int i = 0; i < 6; i++)
        result.m[i][i] = 1;
    return result;
}

static struct matrix multiply(struct matrix a, const struct matrix b)
{
    struct matrix result;
    for (int i = 0; i < 6; i++)
        for (int j = 0; j < 6; j++) {
            result.m[i][j] = 0;
            for (int k = 0; k < 6; k++)
                result.m[i][j] += a.m[i][k] * b.m[k][j];
        }
    return result;
}

static struct matrix power(struct matrix a, int n)
{
    if (n == 0)
        return unit();
    struct matrix half = power(a, n / 2);
    half = multiply(half, half);
    return n % 2 ? multiply(half, a) : half;
}

static double trace(const struct matrix *a)
{
    double sum = 0;
    for (int i = 0; i < 6; i++)
        sum += a->m[i][i];
    return sum;
}

int main(void)
{
    struct matrix step = unit(), last = unit(), traces[8];
    double sum = 0;

    for (int i = 0; i < 5; i++)
        step.m[i][i + 1] = step.m[i + 1][i] = 1;
#pragma omp parallel for firstprivate(step) lastprivate(last)                  \
    reduction(+ : sum) schedule(static, 1)
    for (int n = 0; n < 8; n++) {
        last = power(step, n);
        traces[n] = multiply(last, last);
        sum += trace(&last) + trace(&(struct matrix){{{n}, {0, 1}}});
        step.m[5][5] = 1;
    }
    printf("%.0f %.0f %.0f\n", sum, trace(&last), trace(&traces[5]));

    int *numbers = (int[]){5, 6, 7, 8};
    const char *text = (char[]){"a literal"};
    int total = 0;
#pragma omp parallel for reduction(+ : total)
    for (int i = 0; i < 4; i++) {
        numbers[i] *= 2;
        total += numbers[i] + text[i] + (int)strlen(&text[i]);
    }
    printf("%d\n", total);
    return 0;
}

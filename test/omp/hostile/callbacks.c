/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Callbacks with a context on the stack of somebody else, called back from
 * inside regions; and a region inside a callback.
 */
#include <stdio.h>

typedef void visit(int index, int *value, void *context);

static void for_each(int *values, int n, visit *f, void *context)
{
#pragma omp parallel for schedule(static)
    for (int i = 0; i < n; i++)
        f(i, &values[i], context);
}

struct sums {
    long sum;
    long odd;
    int *first_negative;
};

static void add(int index, int *value, void *context)
{
    struct sums *sums = context;
    (void)index;
#pragma omp atomic
    sums->sum += *value;
    if (*value % 2 != 0) {
#pragma omp atomic
        sums->odd++;
    }
#pragma omp critical
    if (*value < 0 && (!sums->first_negative || value < sums->first_negative))
        sums->first_negative = value;
}

struct scale {
    int factor;
    visit *then;
    void *context;
};

static void multiply(int index, int *value, void *context)
{
    const struct scale *scale = context;
    *value *= scale->factor;
    scale->then(index, value, scale->context);
}

static void fill(int index, int *value, void *context)
{
    *value = (index * 37 + *(int *)context) % 101 - 3;
}

int main(void)
{
    int values[1000], seed = 5;
    struct sums sums = {0, 0, NULL}, again = {0, 0, NULL};
    struct scale scale = {-3, add, &again};

    for_each(values, 1000, fill, &seed);
    for_each(values, 1000, add, &sums);
    printf("%ld %ld %d\n", sums.sum, sums.odd,
           (int)(sums.first_negative - values));
    for_each(values, 1000, multiply, &scale);
    printf("%ld %ld %d\n", again.sum, again.odd,
           (int)(again.first_negative - values));
    return 0;
}

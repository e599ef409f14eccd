/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Pointers to functions, in tables that are const, that change, that lie on
 * the heap and on the stack: they must mean the same to every thread.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef long operation(long, long);

static long add(long a, long b)
{
    return a + b;
}
static long subtract(long a, long b)
{
    return a - b;
}
static long multiply(long a, long b)
{
    return a * b % 9973;
}
static long keep(long a, long b)
{
    (void)b;
    return a;
}

static operation *const fixed[] = {add, subtract, multiply, keep};
static operation *changing[4] = {keep, keep, keep, keep};
static double (*curve)(double) = sqrt; /* of a library */
static size_t (*length)(const char *) = strlen;

struct machine {
    operation *operate;
    const char *name;
    struct machine *next;
};

static struct machine machines[] = {
    {add, "add", &machines[1]},
    {subtract, "subtract", &machines[2]},
    {multiply, "multiply", &machines[0]},
};

int main(void)
{
    long results[128];
    operation *local[] = {multiply, subtract};
    operation **heap = malloc(4 * sizeof *heap);

    for (int round = 0; round < 4; round++) {
        for (int i = 0; i < 4; i++) {
            changing[i] = fixed[(i + round) % 4];
            heap[i] = fixed[(i * round) % 4];
        }
        if (round == 2)
            curve = fabs;
#pragma omp parallel for schedule(static)
        for (int i = 0; i < 128; i++) {
            long r = fixed[i % 4](i, round);
            r = changing[i % 4](r, 3);
            r = heap[(i + 1) % 4](r, i);
            r = local[i % 2](r, 2);
            const struct machine *m = &machines[i % 3];
            r = m->next->operate(r, (long)length(m->name));
            results[i] = r + (long)curve(-round * (round > 1) + 16.0);
        }
        long sum = 0;
        for (int i = 0; i < 128; i++)
            sum = sum * 3 % 1000003 + results[i];
        printf("%ld\n", sum);
    }
    free(heap);
    return 0;
}

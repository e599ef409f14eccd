/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * longjmp over finished regions, again and again, and setjmp and longjmp
 * inside a region, where each thread jumps within itself. What was written
 * before a jump stays written.
 */
#include <setjmp.h>
#include <stdio.h>

static jmp_buf back;
static long total;
static int tries;

static void add_and_fail(const long *values, int n)
{
#pragma omp parallel for schedule(static) reduction(+ : total)
    for (int i = 0; i < n; i++)
        total += values[i];
    longjmp(back, ++tries);
}

/* Returns how deep the error was. */
static int search(jmp_buf *error, const int *list, int depth, long *work)
{
    int local[8];
    for (int i = 0; i < 8; i++)
        local[i] = list[(depth + i) % 16];
    *work += local[depth % 8];
    if (list[depth % 16] == 0)
        longjmp(*error, depth + 1);
    if (depth == 1000)
        return 0; /* a list without a zero */
    return search(error, list, depth + 1, work);
}

static int attempt(int i, long *work)
{
    jmp_buf error;
    int list[16];

    for (int k = 0; k < 16; k++)
        list[k] = (k + i) % 13;
    *work = 0;
    int failed = setjmp(error);
    return failed ? failed : search(&error, list, 0, work);
}

int main(void)
{
    long values[500], work[64];
    int depth[64];

    for (int i = 0; i < 500; i++)
        values[i] = i;
    if (setjmp(back) < 5)
        add_and_fail(values, 500);
    printf("%d tries, %ld\n", tries, total);

#pragma omp parallel for schedule(static, 2)
    for (int i = 0; i < 64; i++)
        depth[i] = attempt(i, &work[i]);
    long sum = 0, steps = 0;
    for (int i = 0; i < 64; i++) {
        sum += work[i];
        steps += depth[i] * (i + 1);
    }
    printf("%ld %ld\n", sum, steps);
    return 0;
}

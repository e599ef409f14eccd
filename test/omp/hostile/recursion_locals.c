/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Recursion inside a region whose locals escape: callees write to the frames
 * of their callers, and every thread has its own stack of them at the same
 * time.
 */
#include <stdio.h>

/* Ackermann-like in shape, not in size: two calls, both through locals. */
static void count(int n, long *result)
{
    long left = 0, right = 0;
    long *where[2] = {&left, &right};

    if (n < 2) {
        *result += n;
        return;
    }
    count(n - 1, where[0]);
    count(n - 2, where[1]);
    *result += *where[0] + *where[1];
}

struct path {
    const struct path *before;
    int step;
};

/* Walks on a grid that end after n steps at the origin. */
static long walks(const struct path *path, int n)
{
    static const int dx[] = {1, -1, 0, 0}, dy[] = {0, 0, 1, -1};

    if (n == 0) {
        int x = 0, y = 0;
        for (const struct path *p = path; p; p = p->before) {
            x += dx[p->step];
            y += dy[p->step];
        }
        return x == 0 && y == 0;
    }
    long sum = 0;
    for (int step = 0; step < 4; step++) {
        struct path next = {path, step};
        sum += walks(&next, n - 1);
    }
    return sum;
}

int main(void)
{
    long result[20] = {0}, closed = 0;

#pragma omp parallel for schedule(static, 1)
    for (int i = 0; i < 20; i++)
        count(i, &result[i]);
#pragma omp parallel for schedule(dynamic) reduction(+ : closed)
    for (int step = 0; step < 4; step++) {
        struct path first = {NULL, step};
        closed += walks(&first, 7);
    }
    for (int i = 0; i < 20; i++)
        printf("%ld ", result[i]);
    printf("\n%ld\n", closed);
    return 0;
}

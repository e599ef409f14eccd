/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Structures on the stack that are reached through other structures on the
 * stack: the threads follow pointers from frame to frame, and write there.
 */
#include <stdio.h>

struct node {
    struct node *outer;
    long *counter;
    int depth;
    long weight[4];
};

/* Each call adds a frame with a node; the deepest runs the region. */
static long descend(struct node *outer, int depth)
{
    long counter = 0;
    struct node here = {outer, &counter, depth, {depth, 2, 3, 4}};

    if (depth < 12)
        return descend(&here, depth + 1) + counter;

#pragma omp parallel for schedule(static)
    for (int i = 0; i < 240; i++) {
        struct node *n = &here;
        for (int up = i % 12; up > 0; up--)
            n = n->outer;
#pragma omp atomic
        *n->counter += n->weight[0] + i;
    }
    long sum = 0;
    for (struct node *n = &here; n; n = n->outer)
        sum = (sum * 31 + *n->counter) % 1000000007;
    return sum;
}

struct pair {
    int *left, *right;
};

int main(void)
{
    int values[64];
    struct pair pairs[32];
    struct pair *index[32], **cursor = index;

    for (int i = 0; i < 64; i++)
        values[i] = i;
    for (int i = 0; i < 32; i++) {
        pairs[i] = (struct pair){&values[i], &values[63 - i]};
        index[31 - i] = &pairs[i];
    }
#pragma omp parallel for schedule(static, 1)
    for (int i = 0; i < 32; i++) {
        struct pair *p = cursor[i];
        int swap = *p->left;
        *p->left = *p->right * 2;
        *p->right = swap * 3;
    }
    long sum = 0;
    for (int i = 0; i < 64; i++)
        sum = sum * 7 % 1000003 + values[i];
    printf("%ld %ld\n", descend(NULL, 1), sum);
    return 0;
}

/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Trees that tasks build, walk, change and take down, each task perhaps on
 * another thread than its parent; results go to locals of the parent.
 */
#include <stdio.h>
#include <stdlib.h>

struct tree {
    struct tree *left, *right;
    long value;
};

static struct tree *build(long from, long to)
{
    if (from >= to)
        return NULL;
    struct tree *tree = malloc(sizeof *tree);
    long middle = (from + to) / 2;

    tree->value = middle;
#pragma omp task if (to - from > 32)
    tree->left = build(from, middle);
#pragma omp task if (to - from > 32)
    tree->right = build(middle + 1, to);
#pragma omp taskwait
    return tree;
}

static long height(const struct tree *tree)
{
    long left, right;

    if (!tree)
        return 0;
#pragma omp task shared(left) if (tree -> value % 8 == 0)
    left = height(tree->left);
    right = height(tree->right);
#pragma omp taskwait
    return 1 + (left > right ? left : right);
}

static void mirror(struct tree *tree)
{
    if (!tree)
        return;
    struct tree *left = tree->left;
    tree->left = tree->right;
    tree->right = left;
    tree->value = -tree->value;
#pragma omp task if (tree->value % 8 == 0)
    mirror(tree->left);
    mirror(tree->right);
}

static void take_down(struct tree *tree, long *sum)
{
    if (!tree)
        return;
#pragma omp task if (tree->value % 16 == 0)
    take_down(tree->left, sum);
    take_down(tree->right, sum);
#pragma omp atomic
    *sum += tree->value;
#pragma omp taskwait
    free(tree);
}

/* In order: in the mirrored tree the values rise from -999 to -1. */
static int rising(const struct tree *tree, long *last)
{
    if (!tree)
        return 1;
    if (!rising(tree->left, last) || tree->value != *last + 1)
        return 0;
    *last = tree->value;
    return rising(tree->right, last);
}

int main(void)
{
    struct tree *tree = NULL;
    long high = 0, sum = 0, last = -1000;

#pragma omp parallel
    {
#pragma omp single
        {
            tree = build(1, 1000);
            high = height(tree);
        }
#pragma omp single
        mirror(tree);
    }
    printf("height %ld, root %ld, rising %d\n", high, tree->value,
           rising(tree, &last));
#pragma omp parallel
#pragma omp single
    take_down(tree, &sum);
    printf("%ld\n", sum);
    return 0;
}

/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * A k-d tree: built by tasks that sort their range with qsort, by a comparator
 * that finds the axis in a thread-local variable; asked by all threads for the
 * nearest neighbours, with a heap of candidates on the asker's stack.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { POINTS = 3000, ASKED = 200, NEAREST = 5, AXES = 3 };

struct point {
    int at[AXES];
    int id;
};

struct node {
    struct point *point;
    struct node *below, *above;
    int axis;
};

static struct point points[POINTS];
static _Thread_local int sorted_axis;

static int compare(const void *a, const void *b)
{
    const struct point *p = a, *q = b;
    int difference = p->at[sorted_axis] - q->at[sorted_axis];
    return difference ? difference : p->id - q->id;
}

static void build(struct node **to, struct point *first, int count, int depth)
{
    if (!count) {
        *to = NULL;
        return;
    }
    struct node *node = malloc(sizeof *node);
    int middle = count / 2;
    node->axis = depth % AXES;
    sorted_axis = node->axis;
    qsort(first, (size_t)count, sizeof *first, compare);
    node->point = &first[middle];
    *to = node;
#pragma omp task if (count > 100)
    build(&node->below, first, middle, depth + 1);
#pragma omp task if (count > 100)
    build(&node->above, first + middle + 1, count - middle - 1, depth + 1);
}

struct found {
    long distance;
    long id; /* no padding: compared as bytes */
};

struct question {
    const int *at;
    struct found best[NEAREST];
    int count;
    void (*note)(struct question *, const struct point *, long);
    long looked;
};

static void note(struct question *q, const struct point *p, long distance)
{
    int i = q->count < NEAREST ? q->count++ : NEAREST;
    if (i == NEAREST) {
        struct found *last = &q->best[NEAREST - 1];
        if (distance > last->distance ||
            (distance == last->distance && p->id > last->id))
            return;
        i--;
    }
    for (; i > 0 &&
           (q->best[i - 1].distance > distance ||
            (q->best[i - 1].distance == distance && q->best[i - 1].id > p->id));
         i--)
        q->best[i] = q->best[i - 1];
    q->best[i] = (struct found){distance, p->id};
}

static void ask(const struct node *node, struct question *q)
{
    if (!node)
        return;
    long square = 0,
         gap = (long)q->at[node->axis] - node->point->at[node->axis];
    for (int a = 0; a < AXES; a++) {
        long d = (long)q->at[a] - node->point->at[a];
        square += d * d;
    }
    q->looked++;
    q->note(q, node->point, square);
    ask(gap < 0 ? node->below : node->above, q);
    if (q->count < NEAREST || gap * gap <= q->best[NEAREST - 1].distance)
        ask(gap < 0 ? node->above : node->below, q);
}

static int depth_of(const struct node *node)
{
    int below = 0, above = 0;
    if (!node)
        return 0;
#pragma omp task shared(below) if (node -> axis == 0)
    below = depth_of(node->below);
    above = depth_of(node->above);
#pragma omp taskwait
    return 1 + (below > above ? below : above);
}

int main(void)
{
    struct node *root = NULL;
    static struct question questions[ASKED];
    static int places[ASKED][AXES];
    int depth = 0, wrong = 0;
    long looked = 0, sum = 0;
    unsigned seed = 99;
    for (int i = 0; i < POINTS; i++) {
        points[i].id = i;
        for (int a = 0; a < AXES; a++)
            points[i].at[a] =
                (int)((seed = seed * 1664525u + 1013904223u) >> 18);
    }
    for (int i = 0; i < ASKED; i++)
        for (int a = 0; a < AXES; a++)
            places[i][a] = (int)((seed = seed * 1664525u + 1013904223u) >> 18);
#pragma omp parallel
    {
#pragma omp single
        build(&root, points, POINTS, 0);
#pragma omp single nowait
        depth = depth_of(root);
#pragma omp for schedule(dynamic, 7) reduction(+ : looked)
        for (int i = 0; i < ASKED; i++) {
            struct question q = {.at = places[i], .note = note};
            ask(root, &q);
            looked += q.looked;
            questions[i] = q;
        }
    }
#pragma omp parallel for reduction(+ : wrong, sum)
    for (int i = 0; i < ASKED; i++) {
        struct question q = {.at = places[i]};
        for (int p = 0; p < POINTS; p++) {
            long square = 0;
            for (int a = 0; a < AXES; a++) {
                long d = (long)q.at[a] - points[p].at[a];
                square += d * d;
            }
            note(&q, &points[p], square);
        }
        wrong += memcmp(q.best, questions[i].best, sizeof q.best) != 0;
        for (int k = 0; k < NEAREST; k++)
            sum += q.best[k].distance * (k + 1) + q.best[k].id;
    }
    printf("depth %d, looked at %ld, %d wrong, %ld\n", depth, looked, wrong,
           sum);
    for (int i = 0; i < ASKED; i += 50)
        printf("%ld %ld\n", questions[i].best[0].id,
               questions[i].best[NEAREST - 1].distance);
    return 0;
}

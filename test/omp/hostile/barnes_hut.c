/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * A quadtree that all threads build at once, with a lock in each cell, from
 * malloc; tasks sum it up, recursive walks compute forces, and it is freed by
 * tasks.  Whoever inserts first, the tree is the same.
 */
#include <math.h>
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>

enum { BODIES = 400, STEPS = 3 };

struct body {
    double x, y, vx, vy, fx, fy, mass;
    int id;
};

struct cell {
    double x, y, half; /* centre and half a side */
    double mass, cx, cy;
    int count;
    struct body *body; /* of a leaf */
    struct cell *child[4];
    omp_lock_t lock;
};

static struct body *bodies;
static int cells;

static struct cell *new_cell(double x, double y, double half)
{
    struct cell *c = calloc(1, sizeof *c);
    c->x = x;
    c->y = y;
    c->half = half;
    omp_init_lock(&c->lock);
#pragma omp atomic
    cells++;
    return c;
}

static int which(const struct cell *c, const struct body *b)
{
    return (b->x > c->x) | (b->y > c->y) << 1;
}

static struct cell *child_for(struct cell *c, const struct body *b)
{
    int i = which(c, b);
    if (!c->child[i])
        c->child[i] =
            new_cell(c->x + (i & 1 ? 0.5 : -0.5) * c->half,
                     c->y + (i & 2 ? 0.5 : -0.5) * c->half, c->half / 2);
    return c->child[i];
}

static void insert(struct cell *c, struct body *b)
{
    for (;;) {
        struct cell *next;
        omp_set_lock(&c->lock);
        if (c->count++ == 0) {
            c->body = b;
            omp_unset_lock(&c->lock);
            return;
        }
        if (c->body) { /* Was a leaf: its body goes down first. */
            struct body *old = c->body;
            c->body = NULL;
            struct cell *down = child_for(c, old);
            down->count = 1;
            down->body = old;
        }
        next = child_for(c, b);
        omp_unset_lock(&c->lock);
        c = next;
    }
}

static void sum_up(struct cell *c, int depth)
{
    if (c->body) {
        c->mass = c->body->mass;
        c->cx = c->body->x;
        c->cy = c->body->y;
        return;
    }
    for (int i = 0; i < 4; i++)
        if (c->child[i]) {
#pragma omp task if (depth < 3) firstprivate(i)
            sum_up(c->child[i], depth + 1);
        }
#pragma omp taskwait
    double mass = 0, x = 0, y = 0;
    for (int i = 0; i < 4; i++)
        if (c->child[i]) {
            mass += c->child[i]->mass;
            x += c->child[i]->mass * c->child[i]->cx;
            y += c->child[i]->mass * c->child[i]->cy;
        }
    c->mass = mass;
    c->cx = x / mass;
    c->cy = y / mass;
}

struct walk {
    struct body *body;
    double fx, fy;
    long visits;
};

static void force(const struct cell *c, struct walk *w)
{
    double dx = c->cx - w->body->x, dy = c->cy - w->body->y;
    double square = dx * dx + dy * dy + 1e-4;
    w->visits++;
    if (c->body == w->body)
        return;
    if (c->body || 4 * c->half * c->half < 0.25 * square) {
        double f = c->mass / (square * sqrt(square));
        w->fx += f * dx;
        w->fy += f * dy;
        return;
    }
    for (int i = 0; i < 4; i++)
        if (c->child[i])
            force(c->child[i], w);
}

static void destroy(struct cell *c, int depth)
{
    for (int i = 0; i < 4; i++)
        if (c->child[i]) {
#pragma omp task if (depth < 2) firstprivate(i)
            destroy(c->child[i], depth + 1);
        }
#pragma omp taskwait
    omp_destroy_lock(&c->lock);
    free(c);
#pragma omp atomic
    cells--;
}

int main(void)
{
    unsigned seed = 12345;
    long visits = 0;
    bodies = malloc(BODIES * sizeof *bodies);
    for (int i = 0; i < BODIES; i++) {
        struct body b = {.id = i, .mass = 1 + i % 3};
        b.x = (double)(seed = seed * 1103515245u + 12345u) / 4294967296.0;
        b.y = (double)(seed = seed * 1103515245u + 12345u) / 4294967296.0;
        bodies[i] = b;
    }
    for (int step = 0; step < STEPS; step++) {
        struct cell *root = new_cell(0.5, 0.5, 4);
        int made;
#pragma omp parallel shared(root)
        {
#pragma omp for schedule(dynamic, 8)
            for (int i = 0; i < BODIES; i++)
                insert(root, &bodies[i]);
#pragma omp single
            {
                made = cells;
                sum_up(root, 0);
            }
#pragma omp for schedule(guided) reduction(+ : visits)
            for (int i = 0; i < BODIES; i++) {
                struct walk w = {.body = &bodies[i]};
                force(root, &w);
                bodies[i].fx = w.fx;
                bodies[i].fy = w.fy;
                visits += w.visits;
            }
#pragma omp for nowait
            for (int i = 0; i < BODIES; i++) {
                struct body *b = &bodies[i];
                b->vx += 1e-6 * b->fx;
                b->vy += 1e-6 * b->fy;
                b->x += b->vx;
                b->y += b->vy;
            }
#pragma omp master
            destroy(root, 0);
        }
        printf("step %d: %d cells, %d left, %ld visits\n", step, made, cells,
               visits);
    }
    for (int i = 0; i < BODIES; i += 79)
        printf("%d %.12f %.12f %a\n", bodies[i].id, bodies[i].x, bodies[i].y,
               bodies[i].vx);
    return 0;
}

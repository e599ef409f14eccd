/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Breadth-first search level by level: vertices are claimed by atomic capture,
 * each thread's finds go into a buffer of its own that grows by realloc, and
 * the frontier is put together from them.  Then connected components by
 * hooking with atomic compare-and-swap, and triangles by binary search.
 */
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct graph {
    int vertices;
    long edges;
    long *first; /* of each vertex's neighbours, one more than vertices */
    int *to;
};

struct buffer {
    int *item;
    int count, room;
};

static int compare(const void *a, const void *b)
{
    return *(const int *)a - *(const int *)b;
}

static void push(struct buffer *b, int item)
{
    if (b->count == b->room) {
        b->room = b->room ? 2 * b->room : 4;
        b->item = realloc(b->item, (size_t)b->room * sizeof *b->item);
    }
    b->item[b->count++] = item;
}

static struct graph *make(int vertices, int islands)
{
    struct graph *g = malloc(sizeof *g);
    struct buffer *lists = calloc((size_t)vertices, sizeof *lists);
    unsigned seed = 7;
    for (int i = 0; i < vertices * 3; i++) {
        int from = (int)((seed = seed * 1103515245u + 12345u) >> 8) % vertices;
        int to = (int)((seed = seed * 1103515245u + 12345u) >> 8) % vertices;
        to -= to % islands;
        to += from % islands;
        if (to >= vertices || to == from)
            continue;
        push(&lists[from], to);
        push(&lists[to], from);
    }
    g->vertices = vertices;
    g->first = malloc(((size_t)vertices + 1) * sizeof *g->first);
    g->first[0] = 0;
#pragma omp parallel for schedule(dynamic, 16)
    for (int v = 0; v < vertices; v++) {
        struct buffer *l = &lists[v];
        int kept = 0;
        if (l->count)
            qsort(l->item, (size_t)l->count, sizeof *l->item, compare);
        for (int i = 0; i < l->count; i++)
            if (!i || l->item[i] != l->item[i - 1])
                l->item[kept++] = l->item[i];
        l->count = kept;
    }
    for (int v = 0; v < vertices; v++)
        g->first[v + 1] = g->first[v] + lists[v].count;
    g->edges = g->first[vertices];
    g->to = malloc((size_t)g->edges * sizeof *g->to);
#pragma omp parallel for
    for (int v = 0; v < vertices; v++) {
        if (lists[v].count)
            memcpy(g->to + g->first[v], lists[v].item,
                   (size_t)lists[v].count * sizeof *g->to);
        free(lists[v].item);
    }
    free(lists);
    return g;
}

static int search(const struct graph *g, int start, int *level)
{
    int *frontier = malloc((size_t)g->vertices * sizeof *frontier);
    int *claimed = calloc((size_t)g->vertices, sizeof *claimed);
    int count = 1, depth = 0, next = 0;
    frontier[0] = start;
    claimed[start] = 1;
#pragma omp parallel
    {
        struct buffer found = {0};
#pragma omp for
        for (int v = 0; v < g->vertices; v++)
            level[v] = -1;
        while (count) {
#pragma omp for schedule(guided, 4)
            for (int i = 0; i < count; i++) {
                int v = frontier[i];
                level[v] = depth;
                for (long e = g->first[v]; e < g->first[v + 1]; e++) {
                    int was;
#pragma omp atomic read
                    was = claimed[g->to[e]];
                    if (was)
                        continue;
#pragma omp atomic capture
                    was = claimed[g->to[e]]++;
                    if (!was)
                        push(&found, g->to[e]);
                }
            }
            int at;
#pragma omp atomic capture
            {
                at = next;
                next += found.count;
            }
            if (found.count)
                memcpy(frontier + at, found.item,
                       (size_t)found.count * sizeof *frontier);
            found.count = 0;
#pragma omp barrier
#pragma omp single
            {
                count = next;
                next = 0;
                depth++;
            }
        }
        free(found.item);
    }
    free(frontier);
    free(claimed);
    return depth;
}

static int root_of(int *parent, int v)
{
    int p;
    for (;;) {
#pragma omp atomic read
        p = parent[v];
        if (p == v)
            return v;
        v = p;
    }
}

/* The root of a component is its least vertex. */
static int components(const struct graph *g, int *parent)
{
    int count = 0;
#pragma omp parallel
    {
#pragma omp for
        for (int v = 0; v < g->vertices; v++)
            parent[v] = v;
#pragma omp for schedule(dynamic, 32)
        for (int v = 0; v < g->vertices; v++)
            for (long e = g->first[v]; e < g->first[v + 1]; e++)
                for (;;) {
                    int a = root_of(parent, v), b = root_of(parent, g->to[e]);
                    if (a == b)
                        break;
                    int high = a > b ? a : b, low = a > b ? b : a;
                    if (__atomic_compare_exchange_n(&parent[high], &high, low,
                                                    0, __ATOMIC_SEQ_CST,
                                                    __ATOMIC_SEQ_CST))
                        break;
                }
#pragma omp for reduction(+ : count)
        for (int v = 0; v < g->vertices; v++)
            count += root_of(parent, v) == v;
    }
    return count;
}

static long triangles(const struct graph *g)
{
    long sum = 0;
#pragma omp parallel for schedule(dynamic) reduction(+ : sum)
    for (int v = 0; v < g->vertices; v++)
        for (long e = g->first[v]; e < g->first[v + 1]; e++)
            for (long f = e + 1; f < g->first[v + 1]; f++) {
                int a = g->to[e];
                if (a > v && bsearch(&g->to[f], g->to + g->first[a],
                                     (size_t)(g->first[a + 1] - g->first[a]),
                                     sizeof(int), compare))
                    sum++;
            }
    return sum;
}

int main(void)
{
    struct graph *g = make(1200, 3);
    int *level = malloc(sizeof(int) * (size_t)g->vertices),
        *parent = malloc(sizeof(int) * (size_t)g->vertices);
    printf("%d vertices, %ld edges\n", g->vertices, g->edges);
    for (int start = 0; start < 3; start++) {
        int histogram[32] = {0}, reached = 0;
        int depth = search(g, start, level);
#pragma omp parallel for reduction(+ : histogram, reached)
        for (int v = 0; v < g->vertices; v++)
            if (level[v] >= 0) {
                histogram[level[v] % 32]++;
                reached++;
            }
        printf("from %d: %d levels, %d reached:", start, depth, reached);
        for (int i = 0; i < depth && i < 32; i++)
            printf(" %d", histogram[i]);
        printf("\n");
    }
    printf("%d components", components(g, parent));
    printf(", %ld triangles\n", triangles(g));
    return 0;
}

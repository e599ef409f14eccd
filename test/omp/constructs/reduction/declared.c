/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Reductions that the user declares: for a struct, with and without an
 * initialiser, by functions that take pointers, for a pointer type (a list),
 * and an own operator for int.
 */
#include <stdio.h>
#include <stdlib.h>

struct range {
    int least, most;
    long sum;
};

static void join(struct range *a, const struct range *b)
{
    a->least = b->least < a->least ? b->least : a->least;
    a->most = b->most > a->most ? b->most : a->most;
    a->sum += b->sum;
}

static void start(struct range *r)
{
    *r = (struct range){1 << 30, -1, 0};
}

#pragma omp declare reduction(join : struct range : join(&omp_out, &omp_in))   \
    initializer(start(&omp_priv))

struct point {
    double x, y;
};
#pragma omp declare reduction(+ : struct point : omp_out.x += omp_in.x,        \
                                  omp_out.y += omp_in.y)                       \
    initializer(omp_priv = {0, 0})

struct node {
    struct node *next;
    int value;
};

static struct node *append(struct node *a, struct node *b)
{
    struct node **end = &a;
    while (*end)
        end = &(*end)->next;
    *end = b;
    return a;
}
typedef struct node *list;
#pragma omp declare reduction(lists:list : omp_out = append(omp_out, omp_in))  \
    initializer(omp_priv = NULL)

#pragma omp declare reduction(longest:int : omp_out =                          \
                                  omp_in > omp_out ? omp_in : omp_out)         \
    initializer(omp_priv = omp_orig)

int main(void)
{
    struct range range = {50, 60, 1000};
    struct point centre = {0.5, 0.25};
    list list = NULL;
    int longest = 3;

#pragma omp parallel for reduction(join : range) reduction(+ : centre)         \
    reduction(lists : list) reduction(longest : longest) num_threads(4)
    for (int i = 0; i < 80; i++) {
        struct range one = {i * 31 % 83, i * 31 % 83, i};
        join(&range, &one);
        centre.x += i;
        centre.y -= 0.5 * i;
        struct node *node = malloc(sizeof *node);
        *node = (struct node){list, i};
        list = node;
        longest = i % 47 > longest ? i % 47 : longest;
    }
    int nodes = 0;
    long values = 0;
    while (list) {
        struct node *next = list->next;
        nodes++;
        values += list->value;
        free(list);
        list = next;
    }
    printf("%d %d %ld %.2f %.2f %d %ld %d\n", range.least, range.most,
           range.sum, centre.x, centre.y, nodes, values, longest);
    return 0;
}

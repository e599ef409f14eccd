/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Static initialisers that point from variable to variable, forwards,
 * backwards and into the middle, and at functions; a graph that exists
 * before main.
 */
#include <stdio.h>

struct node;
typedef int visit(const struct node *);
struct node {
    struct node *next;
    int *counter;
    visit *visit;
    const char *name;
    char *letter;
};

static int twice(const struct node *node);
static int counters[4] = {10, 20, 30, 40};
static char letters[] = "abcdefgh";
extern struct node ring[3];
static struct node entry = {&ring[1], &counters[3], twice, "entry", letters};
struct node ring[3] = {
    {&ring[1], &counters[0], twice, "first", &letters[1]},
    {&ring[2], counters + 1, twice, "second", letters + 2},
    {&entry, &counters[2], twice, "third", &letters[sizeof letters - 2]},
};
static struct node *start = &ring[0], **indirect = &start;
static int *middle = &counters[2] - 1;
static int (*rows)[2] = (int (*)[2])counters;

static int twice(const struct node *node)
{
    return 2 * *node->counter + node->name[0] + *node->letter;
}

int main(void)
{
    int sums[12];

#pragma omp parallel for schedule(static, 1)
    for (int i = 0; i < 12; i++) {
        const struct node *n = *indirect;
        int sum = 0;
        for (int k = 0; k < i; k++, n = n->next)
            sum += n->visit(n);
        sums[i] = sum + *middle + rows[1][0];
    }
    start = &entry;
#pragma omp parallel sections
    {
#pragma omp section
        *start->counter += 5;
#pragma omp section
        ++*ring[0].letter;
    }
    for (int i = 0; i < 12; i++)
        printf("%d ", sums[i]);
    printf("\n%d %s\n", counters[3], letters);
    return 0;
}

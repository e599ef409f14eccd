/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Linked lists that all threads build at the same time, under a critical and
 * by compare-and-swap; nodes of all of them are walked by each.
 */
#include <stdio.h>
#include <stdlib.h>

struct node {
    struct node *next;
    int value;
};

static struct node *guarded, *lockless;
static struct {
    struct node *head, **tail;
    int count;
} queue = {NULL, &queue.head, 0};

static struct node *make(int value)
{
    struct node *node = malloc(sizeof *node);
    node->next = NULL;
    node->value = value;
    return node;
}

static void push(struct node *node)
{
    node->next = __atomic_load_n(&lockless, __ATOMIC_RELAXED);
    while (!__atomic_compare_exchange_n(&lockless, &node->next, node, 1,
                                        __ATOMIC_ACQ_REL, __ATOMIC_RELAXED))
        ;
}

static long take_down(struct node *node)
{
    long sum = 0;
    while (node) {
        struct node *next = node->next;
        sum += node->value;
        free(node);
        node = next;
    }
    return sum;
}

int main(void)
{
#pragma omp parallel for schedule(dynamic, 8)
    for (int i = 0; i < 400; i++) {
        struct node *node = make(i);
#pragma omp critical
        {
            node->next = guarded;
            guarded = node;
        }
        push(make(2 * i));
        node = make(3 * i);
#pragma omp critical(queue)
        {
            *queue.tail = node;
            queue.tail = &node->next;
            queue.count++;
        }
    }
    long seen = 0;
#pragma omp parallel num_threads(3) reduction(+ : seen)
    for (const struct node *n = guarded; n; n = n->next)
        seen += n->value;
    printf("%ld %d\n", seen, queue.count);
    long sums[3];
#pragma omp parallel sections
    {
#pragma omp section
        sums[0] = take_down(guarded);
#pragma omp section
        sums[1] = take_down(lockless);
#pragma omp section
        sums[2] = take_down(queue.head);
    }
    printf("%ld %ld %ld\n", sums[0], sums[1], sums[2]);
    return 0;
}

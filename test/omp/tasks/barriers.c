/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Barriers and the ends of regions wait for tasks, whoever made them.
 *
 * RUN: %same %s
 */
#include <stdio.h>
#include <stdlib.h>

struct node {
    int value;
    struct node *next;
};
static int count;

int main(void)
{
    struct node *list = NULL;
    int wrong = 0;
    long sum = 0;
#pragma omp parallel num_threads(4) reduction(+ : wrong)
    {
        for (int i = 0; i < 100; i++) {
#pragma omp task
            {
#pragma omp atomic
                count++;
            }
        }
#pragma omp barrier
        wrong += count != 400;
#pragma omp barrier
#pragma omp master
        for (int i = 0; i < 1000; i++) {
#pragma omp task
            {
#pragma omp atomic
                count++;
            }
        }
    }
    printf("%d %d\n", count, wrong);
    for (int i = 0; i < 50; i++) {
        struct node *node = malloc(sizeof *node);
        *node = (struct node){i, list};
        list = node;
    }
#pragma omp parallel
#pragma omp single
    for (struct node *node = list; node; node = node->next) {
#pragma omp task firstprivate(node)
        node->value *= 2;
    }
    while (list) {
        struct node *next = list->next;
        sum += list->value;
        free(list);
        list = next;
    }
    printf("%ld\n", sum);
    return 0;
}

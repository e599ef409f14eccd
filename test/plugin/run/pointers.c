// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: %run_levels %s %t | FileCheck %s
// RUN: %plain -w %s -o %t.plain && %t.plain | FileCheck %s
// Pointers and what they allocate.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct body {
  double x;
  int id;
  double v[3];
};
#pragma millipage shared granularity(element)
struct body *bodies;
#pragma millipage shared granularity(element, 4)
static int *ints;
struct list {
#pragma millipage shared granularity(24)
  int *items;
  int n;
};
#pragma millipage shared
char *text;
#pragma millipage shared granularity(page)
double *pages;
int *late;
#pragma millipage shared(late) granularity(element)

static double sum(
#pragma millipage shared granularity(element)
    double (*rows)[10], int n) {
  double s = 0;
  for (int i = 0; i < n; i++)
    for (int j = 0; j < 10; j++)
      s += rows[i][j] + *(*(rows + i) + j);
  return s;
}

int main(void) {
  int n = 300;
  double s = 0;
  bodies = malloc(n * sizeof *bodies);
  for (int i = 0; i < n; i++) {
    bodies[i].x = i;
    (bodies + i)->id = i;
    i[bodies].v[2] = 3;
  }
  for (int i = 0; i < n; i++) {
    struct body *b = &bodies[i];
    s += b->x + b->id + b->v[2];
  }
  // CHECK: bodies 90600
  printf("bodies %.0f\n", s + bodies->x + *bodies[0].v * 0);

  if ((ints = (int *)calloc(n, sizeof *ints)) == NULL)
    abort();
  for (int i = 0; i < n; i++)
    *(ints + i) += i;
  s = 0;
  for (int i = 0; i < n; i++)
    s += ints[n - 1 - i] * (i % 3);
  // CHECK: ints 44650
  printf("ints %.0f\n", s);

  struct list l = {.items = malloc(4 * n), .n = n}, *lp = &l;
  for (int i = 0; i < lp->n; i++)
    lp->items[i] = i;
  s = 0;
  for (int i = 0; i < l.n; i++)
    s += l.items[i] * (i % 7);
  // CHECK: items 134854
  printf("items %.0f\n", s);

  text = n > 3 ? malloc(10) : NULL;
  strcpy(text, "hello");
  // CHECK: text hello
  printf("text %s\n", text);

  pages = aligned_alloc(64, 800 * n), pages[800 * n / 8 - 1] = 8;
  // CHECK: pages 8
  printf("pages %g\n", pages[100 * n - 1]);

  late = malloc(sizeof *late * 100);
  for (int i = 0; i < 100; i++)
    late[i] = i;
#pragma millipage shared granularity(element)
  int *same = late;
  // CHECK: late 50 99
  printf("late %d %d\n", same[50], late[99]);

#pragma millipage shared granularity(element)
  double(*rows)[10];
  rows = malloc(20 * sizeof *rows);
  for (int i = 0; i < 20; i++)
    for (int j = 0; j < 10; j++)
      rows[i][j] = i + j;
  // CHECK: rows 5600
  printf("rows %.0f\n", sum(rows, 20));
  return 0;
}

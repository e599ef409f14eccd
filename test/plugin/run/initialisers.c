// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: %run_levels %s %t -w | FileCheck %s
// Addresses of shared data, functions and constants in initialisers.
#include <stdint.h>
#include <stdio.h>

#pragma millipage shared granularity(element)
double grid[20][100] = {[2] = {[3] = 23}};
#pragma millipage shared granularity(element)
int cells[300] = {[299] = 299};
#pragma millipage shared
int scalar = 17;

static int twice(int n) { return 2 * n; }
static const char text[] = "text";

// In private data.
double *cell = &grid[2][3], *row = grid[2];
int *last = &cells[299];
static const struct table {
  int n;
  int *to;
  struct {
    double *d[2];
  } in;
} tables[2] = {{1, &scalar, {{0, &grid[2][3]}}}, {2, &cells[299]}};
uintptr_t number = (uintptr_t)&scalar;

// In shared data, contiguous or not.
#pragma millipage shared
struct node {
  int value;
  struct node *next;
  int (*function)(int);
  const char *text;
} third = {3, 0, twice, text}, second = {2, &third, twice, text + 1};
#pragma millipage shared granularity(element)
struct node nodes[50] = {
    [0] = {1, &nodes[49]}, [49] = {49, &second, twice, "end"}};
#pragma millipage shared
int *pointer = &cells[299];

static int once(void) {
#pragma millipage shared
  static int *inner = &scalar;
  static double *const plain = &grid[2][3];
  return *inner + (int)*plain;
}

int main(void) {
  // CHECK: 23 23 299
  printf("%g %g %d\n", *cell, row[3], *last);
  // CHECK: 17 23 299 17
  printf("%d %g %d %d\n", *tables[0].to, *tables[0].in.d[1], *tables[1].to,
         *(int *)number);
  // CHECK: 1 49 2 3 6 ext
  printf("%d", nodes[0].value);
  struct node *n = nodes[0].next;
  for (; n->next; n = n->next)
    printf(" %d", n->value);
  printf(" %d %d %s\n", n->value, n->function(3), second.text);
  // CHECK: 299 40 end
  printf("%d %d %s\n", *pointer, once(), nodes[49].text);
  // CHECK: 24
  grid[2][3]++;
  printf("%g\n", *cell);
  return 0;
}

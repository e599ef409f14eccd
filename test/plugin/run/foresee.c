// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: %plain -O1 -c -o %t.o %inputs/said.c
// RUN: %clang -O1 -o %t1 %s %t.o %standin && %t1 | FileCheck %s
// RUN: %clang -O2 -o %t2 %s %t.o %standin && %t2 | FileCheck %s
// RUN: %clang -O3 -o %t3 %s %t.o %standin && %t3 | FileCheck %s
// What loops say is what they do: all that is said is used in that way, and all
// that is used in each iteration is said.
#include <stdio.h>
#include <string.h>

enum { ROWS = 60, COLUMNS = 1500 };

#pragma millipage shared granularity(page)
double a[ROWS][COLUMNS];

extern char *said_array;
extern unsigned said_strays;
void said_compare(const char *what, char *used);

static char used[ROWS][COLUMNS]; /* as in said.c */

/* Nobody knows it, or what it is used for. */
static volatile long zero;
static volatile double sink;

static void is_read(long i, long j)
{
  if (!used[i][j])
    used[i][j] = 1;
}

static void is_written(long i, long j)
{
  used[i][j] = 2;
}

void columns(long from, long to, long step)
{
  for (long i = 1; i < ROWS; i++)
    for (long j = from; j < to; j += step)
      a[i][j] = a[i - 1][j] + 1;
}

double backwards(long first, long last)
{
  double sum = 0;
  for (long i = last; i >= first; i--)
    for (int j = COLUMNS - 1; j >= 0; j--)
      sum += a[i][j] * sum;
  return sum;
}

void half(long rows, long n, double (*to)[COLUMNS])
{
  for (long j = 0; j < n; j++)
    for (long i = 0; i < rows; i++)
      to[2 * i][j] = i + j;
}

/* One use of three cells, and two more rows than there are iterations. */
double neighbours(int rows, int columns)
{
  double sum = 0;
  for (int i = 1; i < rows; i++)
    for (int j = 1; j < columns; j++)
      sum += a[i][j - 1] + a[i][j + 1] + a[i + 1][j] + a[i - 1][j];
  return sum;
}

void copy(size_t n)
{
  memcpy(a[2], a[30], n * sizeof **a);
}

int main(void)
{
  said_array = (char *)a;

  // CHECK: columns: in 1 calls 0 too many, 0 too few
  columns(zero + 7, 1400, 1);
  for (long i = 1; i < ROWS; i++)
    for (long j = 7; j < 1400; j++)
      is_read(i - 1, j), is_written(i, j);
  said_compare("columns", *used);

  // CHECK: backwards: in 1 calls 0 too many, 0 too few
  sink = backwards(zero + 3, zero + 20);
  for (long i = 3; i <= 20; i++)
    for (long j = 0; j < COLUMNS; j++)
      is_read(i, j);
  said_compare("backwards", *used);

  // CHECK: half: in 1 calls 0 too many, 0 too few
  half(zero + ROWS / 2, zero + 1000, a);
  for (long i = 0; i < ROWS / 2; i++)
    for (long j = 0; j < 1000; j++)
      is_written(2 * i, j);
  said_compare("half", *used);

  // CHECK: neighbours: in 1 calls 0 too many, 0 too few
  sink = neighbours(zero + 10, zero + 100);
  for (long i = 0; i <= 10; i++)
    for (long j = 0; j <= 100; j++)
      is_read(i, j);
  said_compare("neighbours", *used);

  // CHECK: copy: in 1 calls 0 too many, 0 too few
  copy(zero + 2500);
  for (long j = 0; j < 2500; j++) {
    is_read(30 + j / COLUMNS, j % COLUMNS);
    is_written(2 + j / COLUMNS, j % COLUMNS);
  }
  said_compare("copy", *used);

  // Loops that are not entered, and copies of a few bytes, say nothing that is
  // elsewhere.
  // CHECK: nothing: in {{[012]}} calls 0 too many, 0 too few
  // CHECK: 0 strays
  columns(zero + 9, 9, 1);
  half(ROWS / 2, zero, a);
  half(zero, 1000, a);
  copy(512);
  said_compare("nothing", *used);
  printf("%u strays\n", said_strays);
  return 0;
}

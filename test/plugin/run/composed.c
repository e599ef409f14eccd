// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: %run_levels %s %t | FileCheck %s
// Loops that go through minipages in order, of shapes that are hard to make
// twice: several ends, values that are used behind them, loops in loops.
#include <stdio.h>
#include <stdlib.h>

enum { N = 5000 };

#pragma millipage shared granularity(64)
static long a[N];
#pragma millipage shared granularity(16)
static int b[N];
struct body {
  int part[6];
};
#pragma millipage shared granularity(element)
static struct body bodies[N];
#pragma millipage shared granularity(element)
static float rows[100][12];
#pragma millipage shared granularity(32)
static char *text;

#define APART __attribute__((noinline))

static APART int find(long what) {
  for (int i = 0; i < N; i++) {
    if (a[i] == what)
      return i;
    if (b[i] < 0)
      return -i;
  }
  return N;
}

static APART long last_and_sum(int n, long *sum) {
  long last = -1;
  for (int i = 0; i < n; i++) {
    *sum += last = a[i];
    if (last > 4000)
      break;
  }
  return last;
}

static APART void down(void) {
  for (int i = N - 1; i > 0; i--)
    a[i] += a[i - 1];
}

static APART void recurrence(void) {
  for (int i = 2; i < N; i++)
    b[i] = (b[i - 1] + b[i - 2]) % 1000;
}

static APART float nest(void) {
  float sum = 0;
  for (int k = 0; k < 3; k++)
    for (int i = 0; i < 100; i++)
      for (int j = 0; j < 12; j++)
        sum += rows[i][j] += (float)k;
  return sum;
}

static APART int choose(const unsigned char *which, int n) {
  int sum = 0;
  for (int i = 0; i < n; i++)
    switch (which[i]) {
    case 0:
      sum += b[i];
      break;
    case 1:
      sum -= bodies[i].part[2];
      break;
    default:
      bodies[i].part[3] = sum;
    }
  return sum;
}

static APART int jump_and_walk(void) {
  int sum = 0;
  for (int i = 0; i < N; i++) {
    b[i] = i;
    sum += (int)a[b[i] * 7 % N];
    if (i % 1000 == 999)
      goto out;
  }
out:
  return sum + b[17];
}

// Minipages of both loops, the inner one with two ends.
static APART long both(int most) {
  long sum = 0;
  for (int i = 0; i < 100; i++) {
    for (int j = 0; j < 12; j++) {
      sum += (long)rows[i][j] + b[12 * i + j];
      if (sum > most)
        break;
      b[12 * i + j] += j;
    }
    rows[i][3] = (float)(sum % 100);
    a[i] += sum;
  }
  return sum;
}

static APART int length(void) {
  int n = 0;
  while (text[n])
    n++;
  return n;
}

int main(void) {
  static unsigned char which[N];
  for (int i = 0; i < N; i++) {
    a[i] = i;
    b[i] = 1;
    bodies[i].part[2] = i % 5;
    which[i] = (unsigned char)(i % 3);
  }
  for (int i = 0; i < 100; i++)
    for (int j = 0; j < 12; j++)
      rows[i][j] = (float)(i - j);
  text = malloc(3000);
  for (int i = 0; i < 2999; i++)
    text[i] = 'x';
  text[2999] = 0;
  // CHECK: find 4321 5000
  printf("find %d %d\n", find(4321), find(-1));
  b[77] = -1;
  // CHECK: find -77
  printf("find %d\n", find(4321));
  b[77] = 1;
  long sum = 0;
  // CHECK: last 4001 8006001
  printf("last %ld", last_and_sum(N, &sum));
  printf(" %ld\n", sum);
  down();
  // CHECK: down 9997
  printf("down %ld\n", a[N - 1]);
  recurrence();
  // CHECK: recurrence 125
  printf("recurrence %d\n", b[N - 1]);
  // CHECK: nest 163200
  printf("nest %.0f\n", (double)nest());
  // CHECK: choose 830978
  printf("choose %d\n", choose(which, N));
  // CHECK: walk 4142018
  printf("walk %d\n", jump_and_walk());
  // CHECK: both 145344 658787
  printf("both %ld", both(100000));
  printf(" %ld\n", both(1000000000));
  // CHECK: sums 59533004 2493851
  long sums[2] = {0, 0};
  for (int i = 0; i < N; i++) {
    sums[0] += a[i];
    sums[1] += b[i];
  }
  printf("sums %ld %ld\n", sums[0], sums[1]);
  // CHECK: length 2999
  printf("length %d\n", length());
}

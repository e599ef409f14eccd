// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: %run_levels %s %t | FileCheck %s
// RUN: %plain -w %s -lm -o %t.plain && %t.plain | FileCheck %s
// Every kind of variable and granularity computes what plain C computes.
#include <stdio.h>

#pragma millipage shared
long total;
#pragma millipage shared
double large[3][2000];
#pragma millipage shared granularity(whole)
float whole[40][50];
#pragma millipage shared granularity(page)
char pages[20000];
#pragma millipage shared granularity(element)
double rows[20][100] = {{1, 2}, {3, 4}, [19] = {[99] = 5}};
#pragma millipage shared granularity(element)
int cells[1000];
#pragma millipage shared granularity(element, 8)
struct molecule {
  int id;
  double v[3];
} water[100];
#pragma millipage shared granularity(256)
int histogram[4096];
#pragma millipage shared granularity(64)
static double sub[10][16];
#pragma millipage shared granularity(48)
double cube[7][5][3][2];
#pragma millipage shared granularity(element, 3)
char bytes[1000];
#pragma millipage shared granularity(4096)
int by_page[3000];
#pragma millipage shared granularity(element)
struct molecule single = {7, {1, 2, 3}};

int listed = 5;
static int also = 6;
double after[30];
#pragma millipage shared(listed, also, after) granularity(element)

static int count(void) {
#pragma millipage shared
  static int calls = 10;
  return ++calls;
}

static double fill(void) {
  double s = 0;
  int n = 0;
  for (int i = 0; i < 3; i++)
    for (int j = 0; j < 2000; j++)
      large[i][j] = n++ % 7;
  for (int i = 0; i < 40; i++)
    for (int j = 0; j < 50; j++)
      whole[i][j] = n++ % 11;
  for (int i = 0; i < 20000; i++)
    pages[i] = n++ % 13;
  for (int i = 0; i < 20; i++)
    for (int j = 0; j < 100; j++)
      rows[i][j] += n++ % 17;
  for (int i = 0; i < 1000; i++)
    *(cells + i) = n++ % 19;
  for (int i = 0; i < 100; i++) {
    water[i].id = n++ % 23;
    for (int k = 0; k < 3; k++)
      (water + i)->v[k] = n++ % 29;
  }
  for (int i = 4095; i >= 0; i--)
    i[histogram] = n++ % 31;
  for (int i = 0; i < 10; i++)
    for (int j = 0; j < 16; j++)
      (&sub[i])[0][j] = n++ % 37;
  for (int i = 0; i < 7; i++)
    for (int j = 0; j < 5; j++)
      for (int k = 0; k < 3; k++)
        for (int l = 0; l < 2; l++)
          cube[i][j][k][l] = n++ % 41;
  for (int i = 0; i < 1000; i++)
    bytes[i] = n++ % 43;
  for (int i = 0; i < 3000; i++)
    by_page[i] = n++ % 47;
  for (int i = 0; i < 30; i++)
    after[i] = n++ % 53;
  return s;
}

// Read by other expressions than they were written.
static double sum(void) {
  double s = 0;
  for (int k = 0; k < 2; k++)
    for (int j = 0; j < 100; j++)
      s += rows[19 - k][j] * j + *(*(rows + 3) + j) + (&rows[4])[-1][j];
  for (unsigned char i = 0; i < 250; i++)
    s += cells[i * 4L] + cells[1 + i] * i;
  for (struct molecule *m = &water[99]; m != 0; m = 0)
    s += m->v[2] + water[50].v[1] + (*(water + 98)).id;
  for (short i = 0; i < 4096; i++)
    s += histogram[i] * (i % 5);
  for (int i = 0; i < 160; i++)
    s += sub[i / 16][i % 16] * i;
  for (int i = 0; i < 7; i++)
    s += cube[i][4][2][1] * i + cube[6][i % 5][0][i % 2] + cube[3][2][1][0];
  for (int i = 0; i < 1000; i++)
    s += bytes[999 - i] * (i % 3);
  for (int i = 0; i < 3000; i++)
    s += by_page[i] * (i % 4);
  for (int i = 0; i < 20000; i++)
    s += pages[i] * (i % 6);
  for (int i = 0; i < 30; i++)
    s += after[i] * i;
  for (int i = 0; i < 40; i++)
    s += whole[i][i] + large[i % 3][i];
  return s;
}

int main(void) {
  fill();
  total = 40;
  total += 2;
  struct molecule copy = water[7];
  water[8] = water[9];
  rows[1][1] = (rows[2][2]++, --rows[3][3], rows[2][2] + rows[3][3]);
  int *address[2] = {&cells[10], &cells[999]};
  *address[1] += *address[0];
  // CHECK: sums 1151452
  printf("sums %.0f\n", sum());
  // CHECK: 42 11 12 7 3 10
  int first = count();
  printf("%ld %d %d %d %.0f %d\n", total, first, count(), single.id,
         single.v[2], listed + also - 1);
  // CHECK: same 1 1
  printf("same %d %d\n", copy.v[1] == water[7].v[1],
         &rows[3][4] == &(&rows[2])[1][4]);
  return 0;
}

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: %run_levels %s %t | FileCheck %s
// RUN: %plain -w %s -o %t.plain && %t.plain | FileCheck %s
// Expressions of many shapes and types over variables that are not contiguous.
// CHECK: -93624.500
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#pragma millipage shared granularity(element)
double g[20][100];
#pragma millipage shared granularity(element)
int h[300];
#pragma millipage shared granularity(element)
_Atomic int at[64];
#pragma millipage shared granularity(element, 2)
volatile int vol[64];
#pragma millipage shared granularity(element)
union u {
  int i;
  float f;
  char c[12];
} un[40];
#pragma millipage shared granularity(element)
struct bits {
  unsigned a : 3, b : 7;
  long c;
} bf[40];
#pragma millipage shared granularity(element)
struct big {
  double m[4][4];
  int n;
} big[33], other[3];
#pragma millipage shared granularity(element)
_Alignas(64) int al[100];
#pragma millipage shared granularity(element)
double complexes[50][2];
#pragma millipage shared granularity(element)
char *names[10];
#pragma millipage shared
int (*fp)(int);
#pragma millipage shared granularity(element)
long double ld[40];
#pragma millipage shared granularity(element)
__int128 wide[40];
static int inc(int x) { return x + 1; }
static int *pick(int c) { return c ? &h[250] : &h[13]; }
static int sw(int c) {
  int *p;
  switch (c) {
  case 0:
    p = &h[1];
    break;
  case 1:
    p = &h[299];
    break;
  default:
    p = h[2] ? &h[3] : &h[4];
  }
  return *p;
}
static double row_sum(const double *r, int n) {
  double s = 0;
  while (n--)
    s += *r++;
  return s;
}
typedef double vec __attribute__((vector_size(32)));
#pragma millipage shared granularity(element)
vec vv[30];
struct big get(int i) { return big[i]; }
int main(void) {
  for (int i = 0; i < 300; i++)
    h[i] = i;
  for (int i = 0; i < 20; i++)
    for (int j = 0; j < 100; j++)
      g[i][j] = i - j;
  double s = 0;
  for (int i = 0; i < 64; i++) {
    at[i] = i;
    atomic_fetch_add(&at[i], 5);
    vol[i] = i;
    vol[i]++;
    __atomic_fetch_add(&h[i], 1, __ATOMIC_SEQ_CST);
  }
  for (int i = 0; i < 64; i++)
    s += at[i] + vol[i];
  for (int i = 0; i < 40; i++) {
    un[i].f = i;
    bf[i].a = i;
    bf[i].b = i * 2;
    bf[i].c = i;
    ld[i] = i;
    wide[i] = i;
  }
  for (int i = 0; i < 40; i++)
    s += un[i].f + un[i].c[2] + bf[i].a + bf[i].b + bf[i].c + ld[i] +
         (int)wide[i];
  for (int i = 0; i < 33; i++) {
    struct big b = {.n = i};
    b.m[3][2] = i;
    big[i] = b;
    for (int k = 0; k < 4; k++)
      for (int l = 0; l < 4; l++)
        big[i].m[k][l] += k * l;
  }
  other[2] = big[30];
  other[1] = get(5);
  for (int i = 0; i < 33; i++)
    s += big[i].m[3][2] + big[i].n;
  s += other[2].m[3][3] + other[1].n;
  for (int i = 0; i < 20; i++)
    s += row_sum(g[i], 100);
  s += *pick(0) + *pick(1) + sw(0) + sw(1) + sw(2);
  memcpy(g[3], g[4], sizeof g[3]);
  memset(&h[7], 0, sizeof h[7]);
  s += g[3][99] + h[7];
  for (int i = 0; i < 10; i++)
    names[i] = "abc";
  s += strlen(names[9]);
  fp = inc;
  s += fp(3);
  for (int i = 0; i < 30; i++)
    vv[i] = (vec){i, 1, 2, 3};
  for (int i = 0; i < 30; i++)
    s += vv[i][0] + vv[i][3];
  for (int i = 0; i < 50; i++) {
    complexes[i][0] = i;
    complexes[i][1] = -i / 2.;
  }
  for (int i = 0; i < 50; i++)
    s += complexes[i][0] * complexes[i][1];
  al[99] = 4;
  s += al[99] + ((unsigned long)&al[0] % 16);
  int idx[3] = {1, 2, 3};
  h[idx[h[1] > 0]] += h[idx[0]]++;
  s += h[1] + h[2] + h[3];
  double *p = &g[5][0], *e = &g[5][100];
  for (; p < e; p++)
    s += *p;
  unsigned char uc = 200;
  s += h[uc];
  long long ll = 123;
  s += h[ll];
  s += (g + 3)[2][1] + (*(g + 6))[7] + *(*(g + 7) + 8) + *(g[8] + 1) +
       *&g[9][9] + (&g[10][10])[-3];
  __asm__ volatile("addl $1, %0" : "+m"(h[42]));
  s += h[42] + (h[43] ? h[44] : h[45]);
  printf("%.3f\n", s);
}

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: %verify -ferror-limit=0 -Wno-array-bounds %s
// What an array whose elements lie in different views cannot do.
typedef unsigned long size_t;
void *memcpy(void *, const void *, size_t);
void *memset(void *, int, size_t);
int printf(const char *, ...);
void f(double *);
void rows(double (*)[100]);

#pragma millipage shared granularity(element) // expected-note + {{'granularity(page)' and multiples of 4096 bytes keep it contiguous}} expected-note + {{step with a subscript of 'grid' instead}}
double grid[1000][100];
#pragma millipage shared granularity(element, 8) // expected-note + {{keep it contiguous}}
struct molecule { double x, v[3]; } water[512];
#pragma millipage shared granularity(64) // expected-note + {{keep it contiguous}}
double sub[10][16];

double legal(int r, int i) {
  double s = grid[r][i] + *(*(grid + r) + i) + r[grid][i] + (&grid[r])[0][i];
  double *p = grid[r], *e = &grid[r][i];
  struct molecule *m = &water[i];
  f(grid[r]);
  f(&grid[r][i]);
  f(water[i].v);
  memset(grid[r], 0, sizeof grid[r]);
  memcpy(&water[i], &water[r], sizeof water[i]);
  printf("%p %zu\n", (void *)&grid[r], sizeof grid);
  for (int j = 0; j < 100; j++)
    s += p[j];
  water[i] = water[r];
  __atomic_store_n((long *)&sub[r][i], 1, 5);
  if (p == grid[1])
    return 0;
  return s + *e + m->x + sub[r][i] + (&sub[0][0])[r == 0 ? 0 : 0];
}

void illegal(int r, int i) {
  rows(grid);        // expected-error {{'grid' is not contiguous and cannot be passed to 'rows', which does not know its granularity}} expected-note {{pass 'grid[i]', one element a call}}
  f((double *)grid); // expected-error {{'grid' is not contiguous and cannot be cast to the flat pointer 'double *'}} expected-note {{write a subscript, 'grid[i]'}}
  memset(grid, 0, sizeof grid); // expected-error {{'grid' is not contiguous and cannot be handled as a whole by 'memset'}} expected-note {{write a loop over the elements of 'grid'}}
  memcpy(&grid, water, 12345);  // expected-error {{'grid' is not contiguous and cannot be handled}} expected-error {{'water' is not contiguous and cannot be handled}} expected-note {{loop over the elements of 'grid'}} expected-note {{loop over the elements of 'water'}}
  double(*q)[100] = grid;       // expected-error {{'grid' is not contiguous: its elements lie in different views}} expected-note {{write a subscript}}
  struct molecule *w = water;   // expected-error {{'water' is not contiguous: its elements}} expected-note {{write a subscript}}
  void *whole = &grid;          // expected-error {{'grid' is not contiguous: its elements}} expected-note {{write a subscript}}
  f(sub[r]);                    // expected-error {{'sub' is not contiguous and cannot be passed to 'f'}} expected-note {{one element a call}}
  q = r ? grid : 0;             // expected-error {{'grid' is not contiguous: its elements}} expected-note {{write a subscript}}
  (&grid[0][0])[500] = 1;       // expected-error {{this goes 3208 bytes beyond the part of 'grid' that the pointer was taken from}} expected-note {{write a subscript}}
  *(&grid[0][0] + 500) = 1;     // expected-error {{bytes beyond the part of 'grid'}} expected-note {{write a subscript}}
  long d = &grid[r] - &grid[i]; // expected-error {{elements of 'grid' are not contiguous, so the difference of their addresses means nothing}} expected-note {{keep the pointer where it is}}
  memset(grid[r], 0, 801);      // expected-error {{'memset' would go beyond the 800 bytes of 'grid' that are contiguous here}} expected-note {{write a loop}}
  (void)q, (void)w, (void)whole, (void)d;
}

double (*give(void))[100] {
  return grid; // expected-error {{'grid' is not contiguous: its elements}} expected-note {{write a subscript}}
}

// Steps through a local pointer.
void seen(void) {
  double *p = &grid[0][0];
  p[99] = 1;
  for (int i = 0; i < 100; i++)
    p[i] = 0;
  double *q = &grid[0][0]; // expected-note {{the pointer was taken here}}
  for (int i = 0; i < 1000 * 100; i++)
    q[i] = 0; // expected-error {{this goes 799200 bytes beyond the part of 'grid'}} expected-note {{write a subscript}}
  double *row = grid[3];
  row[99] = row[0];
  double *next = grid[3]; // expected-note {{the pointer was taken here}}
  next[100] = 1; // expected-error {{this goes 8 bytes beyond the part of 'grid'}} expected-note {{write a subscript}}
}

// Steps that nobody can see.
void unseen(int n) {
  f(&grid[0][0]);                     // expected-warning {{this pointer into 'grid' is good within one minipage (800 bytes) only}}
  double *p = &grid[0][0];            // expected-warning {{good within one minipage (800 bytes) only}}
  while (n--)
    *p++ = 0;
  double(*q)[100] = grid + n;         // expected-warning {{good within one minipage (800 bytes) only}}
  memset(&grid[0][0], 0, n);          // expected-warning {{good within one minipage (800 bytes) only}}
  (&grid[0][0])[n] = 1;               // expected-warning {{good within one minipage (800 bytes) only}}
  (void)q;
}
double *corner = &grid[0][0];         // expected-warning {{good within one minipage (800 bytes) only}}
double *cell = &grid[7][0], *row = grid[7];
double (*all)[100] = grid;            // expected-error {{'grid' is not contiguous: its elements}} expected-note {{write a subscript}}

// The end of a row may be pointed to and compared with, not accessed.
double ends(int r) {
  double s = 0;
  for (double *p = &grid[r][0], *end = &grid[r][100]; p < end; p++)
    s += *p;
  for (double *p = grid[r]; p < grid[r] + 100; p++)
    s += *p;
  s += grid[r][100]; // expected-error {{this goes 8 bytes beyond the part of 'grid'}} expected-note {{write a subscript}}
  s += grid[r][-1];  // expected-error {{this goes 8 bytes beyond the part of 'grid'}} expected-note {{write a subscript}}
  return s;
}
double *end = &grid[5][100]; // expected-error {{the end of a part of 'grid' cannot stand in an initialiser}} expected-note {{assign it in a function}}

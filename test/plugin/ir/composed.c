// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: %ir -O2 -fno-discard-value-names %s | FileCheck %s
// RUN: %ir -O1 -fno-discard-value-names %s | FileCheck %s --check-prefix=ASKS
// RUN: %ir -O0 -fno-discard-value-names %s | FileCheck %s --check-prefix=NEVER
// RUN: %ir -Os -fno-discard-value-names %s | FileCheck %s --check-prefix=NEVER
// Loops that go through minipages in order are made twice; the one in the
// composed view is the one of plain C.
// NEVER-NOT: mpg.composed

#pragma millipage shared granularity(64)
double a[100000];
#pragma millipage shared granularity(element)
struct body { double x, v, f; } bodies[1000];
#pragma millipage shared granularity(element)
volatile int flags[1000];
#pragma millipage shared granularity(element)
double rows[1000][8];

// CHECK-LABEL: @map
// CHECK: %a.mpg.composed = load atomic i64
// CHECK: vector.body
// CHECK: store <2 x double>
// ASKS-LABEL: @map
// ASKS: %a.mpg.composed = load atomic i64
// ASKS: ret void
void map(int n) {
  for (int i = 0; i < n; i++)
    a[i] = a[i] * 0.5 + 1;
}

// One question for all that is in order.
// CHECK-LABEL: @fields
// CHECK: mpg.composed = load atomic i64
// CHECK: mpg.composed = load atomic i64
// CHECK: br i1
// CHECK-NOT: mpg.composed = load atomic i64
// CHECK: ret void
void fields(void) {
  for (int i = 0; i < 1000; i++)
    bodies[i].x += bodies[i].v * a[i];
}

// Minipages of an outer loop.
// CHECK-LABEL: @nest
// CHECK: %rows.mpg.composed = load atomic i64
// CHECK: ret double
double nest(void) {
  double sum = 0;
  for (int i = 0; i < 1000; i++)
    for (int j = 0; j < 8; j++)
      sum += rows[i][j];
  return sum;
}

// What jumps about keeps to its minipages.
// CHECK-LABEL: @gather
// CHECK-NOT: mpg.composed = load atomic i64
// CHECK: ret double
double gather(const int *where, int n) {
  double sum = 0;
  for (int i = 0; i < n; i++)
    sum += a[where[i]];
  return sum;
}

// So does what may wait for another host, here and in the loop around it.
void lock(int);
// CHECK-LABEL: @guarded
// CHECK-NOT: mpg.composed = load atomic i64
// CHECK: ret void
void guarded(int n) {
  for (int i = 0; i < n; i++) {
    lock(i);
    a[i]++;
  }
}

// CHECK-LABEL: @waits
// CHECK-NOT: mpg.composed = load atomic i64
// CHECK: ret void
void waits(int n) {
  for (int i = 0; i < n; i++)
    while (!flags[i])
      ;
}

// A pointer that is kept is the one of the view.
extern double *volatile kept;
// CHECK-LABEL: @keeps
// CHECK-NOT: mpg.composed = load atomic i64
// CHECK: ret void
void keeps(int n) {
  for (int i = 0; i < n; i++)
    kept = &a[i];
}

// Too far apart to be a page's.
// CHECK-LABEL: @strides
// CHECK-NOT: mpg.composed = load atomic i64
// CHECK: ret void
void strides(int n) {
  for (int i = 0; i < n; i += 100)
    a[i] = 0;
}

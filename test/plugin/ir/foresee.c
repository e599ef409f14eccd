// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: %ir -O2 -fno-discard-value-names %s | FileCheck %s
// RUN: %ir -O2 -fno-discard-value-names -Xclang -fopenmp %s | FileCheck %s
// RUN: %ir -O2 -fno-discard-value-names -fpass-plugin=%plugin %s \
// RUN:   | FileCheck %s
// RUN: %ir -O0 %s | FileCheck %s --check-prefix=NEVER
// RUN: %ir -Os %s | FileCheck %s --check-prefix=NEVER
// RUN: %plain -O2 -S -emit-llvm -w -o - %s | FileCheck %s --check-prefix=NEVER
// Loops say what they go through: once, in front of the outermost one that all
// of it is known before.
// NEVER-NOT: mpg__foresee

#pragma millipage shared granularity(page)
double a[1000][1000], b[1000][1000];
#pragma millipage shared granularity(page)
double c[4000];

void wait(void);
double of(double) __attribute__((const));

// A column of one and a row of the other: steps, and iterations but the first.
// CHECK-LABEL: @map(
// CHECK: br i1 {{.*}}, label %[[SAY:[^,]*]], label {{.*}}, !prof
// CHECK: [[SAY]]:
// CHECK: call void (i32, ...) @mpg__foresee(i32 2,
// CHECK-SAME: i64 8, i32 3, i64 8, i64 [[TIMES:%[^,]*]],
// CHECK-SAME: i64 8, i32 2, i64 8000, i64 [[TIMES]])
// CHECK-NOT: @mpg__foresee
void map(long n, long k) {
  for (long i = 0; i < n; i++)
    c[i] = of(a[i][k]);
}

// Mostly a loop is short.
// CHECK-LABEL: @row(
// CHECK: icmp {{.*}}, -513
// CHECK: br i1 {{.*}}, !prof
// CHECK: call void (i32, ...) @mpg__foresee(i32 1,
void row(long n) {
  for (long i = 0; i < n; i++)
    c[i] = of(c[i]);
}

// The neighbours in a stencil are one use: three cells in each column, and two
// more rows than there are iterations.
// CHECK-LABEL: @stencil(
// CHECK-NOT: !prof
// CHECK: call void (i32, ...) @mpg__foresee(i32 2,
// CHECK-SAME: i64 8, i32 5, i64 8, i64 997, i64 8000, i64 997,
// CHECK-SAME: i64 24, i32 4, i64 8, i64 997, i64 8000, i64 999)
// CHECK-NOT: @mpg__foresee
void stencil(void) {
  for (int i = 1; i < 999; i++)
    for (int j = 1; j < 999; j++)
      b[i][j] = 0.25 * (a[i - 1][j] + a[i + 1][j] + a[i][j - 1] + a[i][j + 1]);
}

// Downwards; and what is read and written is written.
// CHECK-LABEL: @down(
// CHECK: call void (i32, ...) @mpg__foresee(i32 1, {{.*}} i32 3, i64 -8, i64 3999)
// CHECK-NOT: @mpg__foresee
void down(void) {
  for (int i = 3999; i >= 0; i--)
    c[i] = of(c[i]);
}

// How long the inner loop is is not known before the outer one.
// CHECK-LABEL: @triangle(
// CHECK: br i1
// CHECK: call void (i32, ...) @mpg__foresee(i32 1, {{.*}}, i64 8, i32 3,
// CHECK-NOT: @mpg__foresee
void triangle(int n) {
  for (int i = 1; i < n; i++)
    for (int j = 0; j < i; j++)
      a[i][j] = of(a[i][j]);
}

// What others write while this thread waits is not asked for before.
// CHECK-LABEL: @waits(
// CHECK: call void @wait()
// CHECK: call void (i32, ...) @mpg__foresee(i32 1, {{.*}}, i32 3, i64 8, i64 3999)
// CHECK-NOT: @mpg__foresee
void waits(int n) {
  for (int i = 0; i < n; i++) {
    wait();
    for (int j = 0; j < 4000; j++)
      c[j] = of(c[j]);
  }
}

// Nor what may never be used, nor what ends nobody knows where, nor a few
// bytes, nor what is nobody else's.
// CHECK-LABEL: @nothing(
// CHECK-NOT: @mpg__foresee
double nothing(int n) {
  double sum = 0, mine[4000];
  for (int i = 0; i < 4000; i++)
    mine[i] = of(i);
  wait();
  for (int i = 0; i < 4000; i++)
    if (mine[i] > 1)
      c[i] = mine[i];
  for (int i = 0; c[i] > 0; i++)
    sum += of(c[i]);
  for (int i = 0; i < 500; i++)
    sum += of(c[i + n]);
  return sum;
}

// Copies and fills.
// CHECK-LABEL: @copies(
// CHECK: icmp ugt i64 %n, 4096
// CHECK: call void (i32, ...) @mpg__foresee(i32 2,
// CHECK-SAME: i64 %n, i32 1, ptr {{[^,]*}}, i64 %n, i32 0)
// CHECK: call void @llvm.memcpy
// CHECK: call void (i32, ...) @mpg__foresee(i32 1, {{.*}}, i64 32000, i32 1)
// CHECK: call void @llvm.memset
// CHECK-NOT: @mpg__foresee
void copies(unsigned long n) {
  __builtin_memcpy(a, b, n);
  __builtin_memset(c, 0, sizeof c);
  __builtin_memset(b, 0, 4096);
}

// It is in no optimisation's way.
// CHECK: declare void @mpg__foresee(i32, ...) {{.*}}[[IS:#[0-9]+]]
// CHECK: attributes [[IS]] = {{{.*}}nosync{{.*}}memory(inaccessiblemem: readwrite)

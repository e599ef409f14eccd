// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: %plain -O2 -S -emit-llvm -w -fno-discard-value-names -o - %s | FileCheck %s
// RUN: %ir -O2 -fno-discard-value-names -DGRAIN="granularity(whole)" %s | FileCheck %s
// RUN: %ir -O2 -fno-discard-value-names -DGRAIN="granularity(page)" %s | FileCheck %s
// RUN: %ir -O2 -fno-discard-value-names -DGRAIN="granularity(element)" %s | FileCheck %s
// RUN: %ir -O2 -fno-discard-value-names -DGRAIN="granularity(16000)" %s | FileCheck %s
// The loop over a row is the one of plain C: vectorised, without a test at
// run time whether the arrays overlap, the bound and the view outside.
#define PRAGMA(x) _Pragma(#x)
#define SHARED(grain) PRAGMA(millipage shared grain)
SHARED(GRAIN) double a[1000][1000];
SHARED(GRAIN) double b[1000][1000];
int n;

// CHECK-LABEL: @step
// CHECK-NOT: memcheck
// CHECK: vector.body:
// CHECK-NOT: .mpg
// CHECK-NOT: @n
// CHECK-COUNT-2: store <2 x double>
// CHECK: br i1
void step(void) {
  for (int i = 1; i < n; i++)
    for (int j = 1; j < 999; j++)
      b[i][j] = 0.25 * (a[i - 1][j] + a[i + 1][j] + a[i][j - 1] + a[i][j + 1]);
}

// The same through pointers to rows.
// CHECK-LABEL: @rows
// CHECK-NOT: memcheck
// CHECK: vector.body:
// CHECK-NOT: .mpg
// CHECK-COUNT-2: store <2 x double>
// CHECK: br i1
void rows(int i) {
  double *to = b[i], *from = a[i];
  for (int j = 0; j < 1000; j++)
    to[j] = from[j] * 2;
}

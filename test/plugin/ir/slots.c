// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: %ir -O0 %s | opt -passes=verify -S | FileCheck %s --check-prefixes=CHECK,O0
// RUN: %ir -O2 %s | opt -passes=verify -S | FileCheck %s
// What becomes of a variable: a slot, a row, and no symbol of its own.
#pragma millipage shared granularity(element)
double grid[10][100];
#pragma millipage shared granularity(element)
extern double away[10][100];
#pragma millipage shared
static int counter;
int use(int i, int j) {
  away[i][j] = grid[i][j];
  return ++counter;
}
// CHECK-NOT: @grid =
// CHECK-DAG: @grid.mpg = {{.*}}externally_initialized global { ptr, i64, i64, i64, i64 } zeroinitializer, align 8
// CHECK-DAG: @away.mpg = external {{.*}}externally_initialized global { ptr, i64, i64, i64, i64 }, align 8
// CHECK-DAG: @counter.mpg = internal {{.*}}externally_initialized global { ptr, i64, i64, i64, i64 } zeroinitializer, align 8
// CHECK-DAG: @mpg.rows = internal constant [3 x { ptr, ptr, i32, i32, i32, i32, i64, i64, i64, i64, i64, ptr, ptr, ptr }]
// CHECK-DAG: i32 5, i32 19, i32 1, i32 3, i64 1, i64 8000, i64 800, i64 800, i64 16, ptr null, ptr @[[PARTS:mpg.text[.0-9]*]], ptr @grid.mpg
// CHECK-DAG: i32 7, i32 19, i32 0, i32 3, i64 1, i64 8000, i64 800, i64 800, i64 16, ptr null, ptr @[[PARTS]], ptr @away.mpg
// CHECK-DAG: i32 9, i32 19, i32 7, i32 0, i64 0, i64 4, i64 1, i64 4, i64 4, ptr null, ptr @[[PART:mpg.text[.0-9]*]], ptr @counter.mpg
// CHECK-DAG: @[[PARTS]] = {{.*}} c"800,8\00"
// CHECK-DAG: @[[PART]] = {{.*}} c"4\00"
// CHECK-DAG: @llvm.global_ctors = {{.*}} { i32 100, ptr @mpg.register, ptr null }, { i32, ptr, ptr } { i32 101, ptr @mpg.bind, ptr null }
// CHECK-DAG: module asm {{.*}}.gnu.warning.grid
// CHECK-LABEL: define {{.*}} @use
// O0: load ptr, ptr @{{.*}}.mpg, align 8{{$}}
// CHECK-NOT: __millipage

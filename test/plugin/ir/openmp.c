// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: %ir -Xclang -fopenmp -O0 -Xclang -disable-O0-optnone %s > %t.ll
// RUN: opt -passes=verify -disable-output %t.ll
// RUN: FileCheck %s < %t.ll
// RUN: %ir -Xclang -fopenmp -O0 -fpass-plugin=%plugin %s | FileCheck %s
// RUN: %ir -O0 %s | FileCheck %s --check-prefix=PLAIN
// RUN: %ir -fopenmp-simd -O0 %s | FileCheck %s --check-prefix=PLAIN
//
// What an OpenMP unit shares without a pragma; and what not.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern char **environ;
int small = 5;
static int hidden;
const int constant = 3;
volatile const int device = 4;
_Thread_local int own;
int copied = 7;
#pragma omp threadprivate(copied)
int opted = 9;
#pragma millipage private(opted)
struct node { struct node *next; } *list = &(struct node){0};
#pragma millipage shared granularity(element)
double *rows;

// CHECK-DAG: @copied = {{.*}}global i32 7
// CHECK-DAG: @own = {{.*}}thread_local
// CHECK-DAG: @constant = {{.*}}constant i32 3
// CHECK-DAG: @device = {{.*}}constant i32 4
// CHECK-DAG: @opted = {{.*}}global i32 9, align
// CHECK-DAG: @small.mpg = {{.*}}global
// CHECK-DAG: @hidden.mpg = internal
// CHECK-DAG: @main.calls.mpg = internal
// CHECK-DAG: @.compoundliteral.mpg = internal
// CHECK-DAG: @environ.mpg = common
// CHECK-DAG: @.gomp_critical_user_name.var = common
// CHECK-DAG: @llvm.global_ctors = {{.*}}i32 200, ptr @mpg.once.begin{{.*}}i32 100, ptr @mpg.openmp
// CHECK-NOT: @.compoundliteral.mpg.mpg

void use(void *);
__attribute__((constructor(200))) static void begin(void) { hidden = 1; }

int main(void) {
  static int calls;
  int local = 1;
  use(&local);
  use(stdout);
  use(environ);
  use(strdup("text"));
  use(malloc);
  rows = malloc(8 * sizeof *rows);
#pragma omp parallel
#pragma omp critical(name)
  copied += ++calls + opted + own + hidden++;
  return small + device;
}

// CHECK: define {{.*}}@main({{.*}}[[SAFE:#[0-9]+]]
// CHECK: load ptr, ptr @stdout
// CHECK: call {{.*}}@mpg__omp_strdup
// CHECK: call {{.*}}@use(ptr noundef @mpg__omp_malloc)
// CHECK: call {{.*}}@mpg__malloc(
// CHECK: call {{.*}}@__kmpc_threadprivate_cached
// CHECK: define internal void @mpg.once.begin
// CHECK: call i32 @mpg__omp_is_first()
// CHECK: call void @mpg__omp_program()
// CHECK: attributes [[SAFE]] = {{.*}}safestack

// A frame that may lead over the guard below the stack.
void large(int n) {
  char frame[100000], dynamic[n];
  use(frame);
  use(dynamic);
}

// PLAIN-NOT: mpg__omp
// PLAIN-NOT: safestack

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: %ir -O0 -fopenmp -fnoopenmp-use-tls %s | opt -passes=verify -S | FileCheck %s
// copyin asks for the master's copy, in the function that has it and there
// alone; and a thread's own copy begins with the variable itself.
static int number, list[40];
#pragma omp threadprivate(number, list)
void region(void) {
#pragma omp parallel copyin(number, list)
  number += list[3];
}
void other(void) {
#pragma omp parallel
  number += list[3];
}
// CHECK-LABEL: define {{.*}} @region.omp_outlined(
// CHECK-DAG: [[LIST:%.*]] = call ptr @mpg__omp_master_copy(ptr @list, i64 160)
// CHECK-DAG: [[NUMBER:%.*]] = call ptr @mpg__omp_master_copy(ptr @number, i64 4)
// CHECK: [[AT:%.*]] = ptrtoint ptr [[NUMBER]] to i64
// CHECK: call ptr @__kmpc_threadprivate_cached({{.*}}, ptr @number, i64 4,
// CHECK: icmp ne i64 [[AT]],
// CHECK: load i32, ptr [[NUMBER]]
// CHECK: call ptr @__kmpc_threadprivate_cached({{.*}}, ptr @list, i64 160,
// CHECK: memcpy{{.*}} [[LIST]], i64 160
// CHECK-LABEL: define {{.*}} @other.omp_outlined(
// CHECK-NOT: mpg__omp_master_copy
// CHECK: ret void

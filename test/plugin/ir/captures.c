// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: %ir -fopenmp -fno-discard-value-names -O0 %s > %t.0.ll
// RUN: opt -passes=verify -disable-output %t.0.ll
// RUN: FileCheck %s < %t.0.ll
// RUN: %ir -fopenmp -fno-discard-value-names -O0 -g %s > %t.g.ll
// RUN: opt -passes=verify -disable-output %t.g.ll
// RUN: FileCheck %s --check-prefixes=CHECK,DEBUG < %t.g.ll
// RUN: %ir -fopenmp -fno-discard-value-names -O2 -g %s > %t.2.ll
// RUN: opt -passes=verify -disable-output %t.2.ll
// RUN: FileCheck %s --check-prefix=KEPT < %t.2.ll
// RUN: %ir -fopenmp -fno-discard-value-names -O2 %s | FileCheck %s --check-prefix=OPT
// RUN: %ir -fopenmp -fno-discard-value-names -O0 -fpass-plugin=%plugin %s | FileCheck %s
//
// What a region only reads is passed by value (unnamed here); everything else
// by address (its name).
#include <stdbool.h>

void use(const void *);
void number(double);
enum colour { RED, GREEN };
_Bool choice(void);

// CHECK-LABEL: define {{.*}}@types(
// CHECK: [[CHAR:%[0-9]+]] = load i8, ptr %c.addr
// CHECK: zext i8 [[CHAR]] to i64
// CHECK: load i16, ptr %s.addr
// CHECK: load i32, ptr %e.addr
// CHECK: load i64, ptr %l.addr
// CHECK: [[FLOAT:%[0-9]+]] = load float, ptr %f.addr
// CHECK: [[BITS:%[0-9]+]] = bitcast float [[FLOAT]] to i32
// CHECK: [[WIDE:%[0-9]+]] = zext i32 [[BITS]] to i64
// CHECK: inttoptr i64 [[WIDE]] to ptr
// CHECK: load double, ptr %d.addr
// CHECK: [[POINTER:%[0-9]+]] = load ptr, ptr %p.addr
// CHECK: load i8, ptr %b.addr
// CHECK: @__kmpc_fork_call({{[^%]*}}, i32 8, {{[^%]*}}, ptr %{{[0-9]+}}, ptr %{{[0-9]+}}, ptr %{{[0-9]+}}, ptr %{{[0-9]+}}, ptr %{{[0-9]+}}, ptr %{{[0-9]+}}, ptr [[POINTER]], ptr %{{[0-9]+}})
// OPT-LABEL: define {{.*}}@types(
// OPT-NOT: alloca
// OPT: @__kmpc_fork_call(
void types(char c, short s, enum colour e, long l, float f, double d,
           const double *p, bool b) {
#pragma omp parallel
  number(c + s + e + l + f + d + *p + b);
}
// The attributes of addresses are gone, and the bits come out again.
// CHECK-LABEL: define internal {{.*}}omp_outlined{{.*}}(ptr noalias noundef %.global_tid., ptr noalias noundef %.bound_tid., ptr %c, ptr %s, ptr %e, ptr %l, ptr %f, ptr %d, ptr %p, ptr %b)
// CHECK-DAG: [[CHAR:%[0-9]+]] = ptrtoint ptr %c to i64
// CHECK-DAG: [[SHORT:%[0-9]+]] = trunc i64 [[CHAR]] to i8
// CHECK-DAG: store i8 [[SHORT]], ptr %c.captured
// CHECK-DAG: bitcast i32 %{{[0-9]+}} to float
// CHECK-DAG: store ptr %p, ptr %p.captured
// CHECK-NOT: %c.addr
// DEBUG: {{dbg[_.]declare\((metadata )?}}ptr %c.captured, {{(metadata )?}}[[C:![0-9]+]], {{(metadata )?}}!DIExpression()
// CHECK: load ptr, ptr %p.captured
// CHECK: ret void
//
// A debugger has it in optimised code as well.
// KEPT-LABEL: define internal {{.*}}omp_outlined
// KEPT: {{dbg[_.]value\((metadata )?}}ptr %p, {{(metadata )?}}[[P:![0-9]+]]
// KEPT-DAG: [[P]] = !DILocalVariable(name: "p", arg: 9, {{.*}}type: [[TYPE:![0-9]+]]
// KEPT-DAG: [[TYPE]] = !DIDerivedType(tag: DW_TAG_pointer_type

// Assignments between regions are what it is about.
// CHECK-LABEL: define {{.*}}@between(
// CHECK: @__kmpc_fork_call({{[^%]*}}, i32 1, {{[^%]*}}, ptr %{{[0-9]+}})
void between(int n) {
  for (n = 0; n < 3; n++)
#pragma omp parallel
    number(n);
}

// Both ways that an if clause leaves open.
// CHECK-LABEL: define {{.*}}@clause(
// CHECK: @__kmpc_fork_call({{[^%]*}}, i32 1, {{[^%]*}}, ptr %{{[0-9]+}})
// CHECK: call {{.*}}omp_outlined{{.*}}(ptr %.threadid_temp., ptr %.bound{{.*}}, ptr %{{[0-9]+}})
void clause(int n) {
#pragma omp parallel if (choice())
  number(n);
}

// A region in a region: what the inner one reads goes along.
// CHECK-LABEL: define {{.*}}@nested(
// CHECK: @__kmpc_fork_call({{[^%]*}}, i32 2, {{[^%]*}}, ptr %{{[0-9]+}}, ptr %out)
// CHECK: define internal {{.*}}omp_outlined
// CHECK: load i32, ptr %n.captured
// CHECK: @__kmpc_fork_call({{[^%]*}}, i32 3, {{[^%]*}}, ptr %{{[0-9]+}}, ptr %{{[0-9]+}}, ptr %{{[0-9]+}})
int nested(int n) {
  int out = 0;
#pragma omp parallel
  {
    int own = n;
#pragma omp parallel
#pragma omp atomic
    out += n + own;
  }
  return out;
}

// CHECK-LABEL: define {{.*}}@assigned_in_nested(
// CHECK: @__kmpc_fork_call({{[^%]*}}, i32 1, {{[^%]*}}, ptr %n.addr)
int assigned_in_nested(int n) {
#pragma omp parallel
  {
    number(n);
#pragma omp parallel
    n = 1;
  }
  return n;
}

// CHECK-LABEL: define {{.*}}@assigned_in_another(
// CHECK: @__kmpc_fork_call({{[^%]*}}, i32 1, {{[^%]*}}, ptr %n)
// CHECK: @__kmpc_fork_call({{[^%]*}}, i32 1, {{[^%]*}}, ptr %n)
double assigned_in_another(void) {
  double n = 0;
#pragma omp parallel
  number(n);
#pragma omp parallel reduction(+ : n)
  n += 1;
  return n;
}

// The address is known elsewhere, or compared.
// CHECK-LABEL: define {{.*}}@addresses(
// CHECK: @__kmpc_fork_call({{[^%]*}}, i32 4, {{[^%]*}}, ptr %taken, ptr %given, ptr %compared, ptr %kept)
void addresses(void) {
  int taken = 1, given = 2, compared = 3, kept = 4;
  use(&taken);
#pragma omp parallel
  {
    number(taken);
    use(&given);
    number(&compared == (void *)8);
    const int *volatile pointer = &kept;
  }
}

// CHECK-LABEL: define {{.*}}@volatiles(
// CHECK: @__kmpc_fork_call({{[^%]*}}, i32 2, {{[^%]*}}, ptr %v, ptr %atomic)
void volatiles(void) {
  volatile int v = 1;
  int atomic = 2, x;
#pragma omp parallel private(x)
  {
    number(v);
#pragma omp atomic read
    x = atomic;
  }
}

// A task keeps the address, and may run while the variable changes.
// CHECK-LABEL: define {{.*}}@task(
// CHECK: @__kmpc_fork_call({{[^%]*}}, i32 1, {{[^%]*}}, ptr %n.addr)
void task(int n) {
#pragma omp parallel
#pragma omp task shared(n)
  number(n);
}

// Not scalars, or too large.
// CHECK-LABEL: define {{.*}}@others(
// CHECK: @__kmpc_fork_call({{[^%]*}}, i32 5, {{[^%]*}}, ptr %pair, ptr %large, ptr %array, ptr %complex, ptr %packed)
void others(void) {
  struct { int a, b; } pair = {1, 2};
  long double large = 3;
  int array[2] = {4, 5};
  float _Complex complex = 6;
  union { int i; float f; } packed;
  packed.i = 7;
#pragma omp parallel
  number(pair.a + large + array[1] + __real__ complex + packed.i);
}

// Read as another type, within the variable and beyond.
// CHECK-LABEL: define {{.*}}@parts(
// CHECK: @__kmpc_fork_call({{[^%]*}}, i32 2, {{[^%]*}}, ptr %{{[0-9]+}}, ptr %narrow)
void parts(void) {
  long wide = 1;
  int narrow = 2;
#pragma omp parallel
  number(*(char *)&wide + *(long *)&narrow);
}

// DEBUG-DAG: [[C]] = !DILocalVariable(name: "c", arg: 3, {{.*}}type: [[TYPE:![0-9]+]]
// DEBUG-DAG: [[TYPE]] = !DIBasicType(name: "char"

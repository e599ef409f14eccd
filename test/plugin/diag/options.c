// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Our warnings obey the options of the compiler's own.
// RUN: %clang -fsyntax-only %s 2>&1 | FileCheck %s
// RUN: %clang -fsyntax-only -w %s 2>&1 | FileCheck %s --check-prefix=SILENT --allow-empty
// RUN: %clang -fsyntax-only -Wno-everything %s 2>&1 | FileCheck %s --check-prefix=SILENT --allow-empty
// RUN: %clang -fsyntax-only -DQUIET %s 2>&1 | FileCheck %s --check-prefix=SILENT --allow-empty
// RUN: not %clang -fsyntax-only -Werror %s 2>&1 | FileCheck %s --check-prefix=ERROR
#pragma millipage shared granularity(element)
double grid[10][100];
void f(double *);
#ifdef QUIET
#pragma clang diagnostic ignored "-Wignored-attributes"
#endif
void g(void) { f(&grid[0][0]); }
// CHECK: options.c:14:18: warning: this pointer into 'grid' is good within one minipage (800 bytes) only
// CHECK-NEXT: void g(void) { f(&grid[0][0]); }
// CHECK-NEXT: ^~~~~~~~~~~
// CHECK: options.c:8:19: note: step with a subscript
// ERROR: options.c:14:18: error: this pointer into 'grid'
// SILENT-NOT: {{.}}

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: not %clang -fsyntax-only %s 2>&1 | FileCheck %s --strict-whitespace
// Errors about a clause point into the pragma; errors about a use point at it.
#pragma millipage shared granularity(element, 3 - 3)
int zero[10];
// CHECK: caret.c:4:47: error: granularity of 'zero' is zero
// CHECK: {{^( +4 \| )?}}#pragma millipage shared granularity(element, 3 - 3)
// CHECK: {{^( +\| )?}}                                              ^{{$}}
#pragma millipage shared granularity(undeclared + 1)
int undeclared_count[10];
// CHECK: caret.c:9:38: error: use of undeclared identifier 'undeclared'
// CHECK: {{^( +\| )?}}                                     ^
#pragma millipage shared granularity(element)
double grid[10][10];
void f(void *);
void g(void) { f(grid); }
// CHECK: caret.c:16:18: error: 'grid' is not contiguous and cannot be passed to 'f'
// CHECK: {{^( +16 \| )?}}void g(void) { f(grid); }
// CHECK: {{^( +\| )?}}                 ^~~~{{$}}
// CHECK: caret.c:13:19: note: 'grid' is shared here

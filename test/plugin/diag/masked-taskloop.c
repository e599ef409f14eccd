// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// REQUIRES: no-masked-taskloop
// RUN: %verify -Xclang -fopenmp -Xclang -fopenmp-version=51 %s
// Directives that Clang understands and leaves out of the program.
void loops(int n, int *table) {
#pragma omp masked taskloop // expected-error {{this version of Clang makes no code for '#pragma omp masked taskloop'}} expected-note {{lines of their own}}
  for (int i = 0; i < n; i++)
    table[i]++;
#pragma omp masked taskloop simd // expected-error {{'#pragma omp masked taskloop simd'}} expected-note {{lines of their own}}
  for (int i = 0; i < n; i++)
    table[i]++;
#pragma omp parallel masked taskloop // expected-error {{'#pragma omp parallel masked taskloop'}} expected-note {{lines of their own}}
  for (int i = 0; i < n; i++)
    table[i]++;
#pragma omp parallel masked taskloop simd // expected-error {{'#pragma omp parallel masked taskloop simd'}} expected-note {{lines of their own}}
  for (int i = 0; i < n; i++)
    table[i]++;
#pragma omp parallel master taskloop
  for (int i = 0; i < n; i++)
    table[i]++;
#pragma omp masked
#pragma omp taskloop
  for (int i = 0; i < n; i++)
    table[i]++;
}

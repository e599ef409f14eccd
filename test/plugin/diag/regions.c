// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: %verify -fopenmp %s
// What is said of shared data in functions is said of it in the regions, tasks
// and clauses of OpenMP, too.
#include <stdlib.h>

#pragma millipage shared granularity(element) // expected-note 3 {{'g' is shared here}}
double g[100][100];
#pragma millipage shared granularity(element)
double *p;
void take(double (*rows)[100]);
int count(double (*rows)[100]);

void region(void) {
#pragma omp parallel
  take(g); // expected-error {{'g' is not contiguous and cannot be passed to 'take'}} // expected-note {{pass 'g[i]'}}
#pragma omp parallel for
  for (int i = 0; i < 100; i++) {
#pragma omp task
    take(g); // expected-error {{'g' is not contiguous and cannot be passed to 'take'}} // expected-note {{pass 'g[i]'}}
  }
}

void clause(void) {
#pragma omp parallel num_threads(count(g)) // expected-error {{'g' is not contiguous and cannot be passed to 'count'}} // expected-note {{pass 'g[i]'}}
  g[1][2] = 0;
}

void pointer(void) {
#pragma omp parallel
  {
    p = malloc(100);
    p++; // expected-error {{pointer 'p'}} // expected-note {{index}}
  }
}

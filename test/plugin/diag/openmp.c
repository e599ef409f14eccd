// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: %verify -Xclang -fopenmp -Xclang -fopenmp-version=51 %s
// RUN: %verify=simd -fopenmp-simd -DSIMD %s
// What OpenMP units may say, and may not.
#ifndef SIMD
int counter = 1, table[10];
#pragma millipage private(counter)
#pragma millipage private
static int mine;
#pragma millipage shared granularity(element)
int rows[10];

int early; // expected-note {{put the pragma before the first use}}
int useEarly(void) { return early; }
#pragma millipage private(early) // expected-error {{'early' was used, as a shared variable, before the pragma that makes it private}}
int late; // expected-note {{put the pragma before the first use}}
int useLate(void) { return late; }
#pragma millipage shared(late) granularity(page) // expected-error {{'late' was used before the pragma that shares it}}

int both;
#pragma millipage shared(both)  // expected-note {{the earlier pragma is here}}
#pragma millipage private(both) // expected-error {{'both' cannot be both shared and private}} expected-note {{one pragma in the header}}
#pragma millipage private(nobody) // expected-error {{no variable 'nobody' is declared here}} expected-note {{a pragma with a list}}

int placed __attribute__((section(".here"))); // expected-error {{'placed' is in a section of its own, which an OpenMP program cannot share between hosts}} expected-note {{write '#pragma millipage private(placed)'}}
int weak __attribute__((weak)); // expected-error {{'weak' is weak, which}} expected-note {{private(weak)}}
extern int other __attribute__((alias("table"))); // expected-error {{'other' is an alias of another symbol}} expected-note {{private(other)}} expected-error {{cannot be an alias of 'table'}} expected-note {{remove the attribute}}
#pragma millipage private
int allowed __attribute__((section(".here")));

void constructs(int n) {
  int local; // expected-error {{applies to variables at file scope and to static ones; 'local' is neither}}
#pragma millipage private(local) // expected-note {{remove the pragma}}
#pragma omp parallel
  {
#pragma omp for
    for (int i = 0; i < n; i++) {
#pragma omp cancel for
      table[i] = mine;
    }
#pragma omp cancellation point parallel
  }
#pragma omp parallel for lastprivate(conditional : n) // expected-error {{clause 'lastprivate(conditional: ...)' is not supported across hosts}}
  for (int i = 0; i < 9; i++)
    if (i == 5)
      n = i;
}

void taskClauses(int n) {
#pragma omp taskloop grainsize(strict : 7)
  for (int i = 0; i < n; i++)
    table[i] = i;
#pragma omp taskloop grainsize(7)
  for (int i = 0; i < n; i++)
    table[i] = i;
#pragma omp task depend(out : omp_all_memory)
  table[0] = n;
#pragma omp taskwait depend(in : table) nowait
}

#include <stdarg.h>
int sum(int n, ...) {
  int total = 0;
  va_list list, other;
  va_start(list, n);
#pragma omp parallel for reduction(+ : total) // expected-note {{read them into variables or an array before this region}}
  for (int i = 0; i < n; i++) {
    va_list mine; // of the region's own
    va_copy(mine, list); // expected-error {{the arguments of the va_list 'list' are on this host's stack}}
    total += va_arg(mine, int);
    va_end(mine);
  }
#pragma omp for
  for (int i = 0; i < n; i++)
    total += va_arg(list, int);
  va_end(list);
  return total;
}
void list(int n, va_list given) {
#pragma omp task // expected-note {{read them}}
  table[0] = va_arg(given, int); // expected-error {{the va_list 'given'}}
}
int tasks(int n) {
  int total = 0;
#pragma omp parallel reduction(task, + : total)
  total += n;
  return total;
}
#else
// simd-no-diagnostics
int weak __attribute__((weak));
int used;
int use(void) { return used; }
#pragma millipage private(used)
#endif

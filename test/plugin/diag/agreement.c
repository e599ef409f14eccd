// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: %verify %s
// Several declarations of one variable in one unit.
#pragma millipage shared granularity(element) // expected-note {{the earlier pragma is here}}
extern double grid[10][10];
#pragma millipage shared granularity(whole) // expected-error {{granularity of 'grid' differs from that of an earlier pragma}} expected-note {{one pragma in the header serves the definition too}}
double grid[10][10];

#pragma millipage shared granularity(128)
extern double same[100];
#pragma millipage shared granularity(64 + 64)
double same[100];

int used;
int *taken = &used;
#pragma millipage shared // expected-error {{'used' was used before the pragma that shares it}}
extern int used;
// expected-note@-4 {{put the pragma before the first use}}

int listed; // expected-note {{put the pragma before the first use}}
int get(void) { return listed; }
#pragma millipage shared(listed) // expected-error {{'listed' was used before the pragma that shares it}}
#pragma millipage private(get_nothing) // expected-error {{no variable 'get_nothing' is declared here}} expected-note {{stands after}}

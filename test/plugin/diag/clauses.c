// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: %verify %s
// Clauses that cannot be met: the error stands on the pragma's line.
#define GRAN 12
enum { ROW = 160 };
int n;
#pragma millipage shared granularity(0) // expected-error {{granularity of 'zero' is zero}} expected-note {{write 'whole', 'page', 'element'}}
int zero[8];
#pragma millipage shared granularity(element, 0) // expected-error {{granularity of 'none' is zero}} expected-note {{write 'whole'}}
int none[8];
#pragma millipage shared granularity(-8) // expected-error {{granularity of 'negative' is negative (-8)}}
int negative[8];
#pragma millipage shared granularity(n) // expected-error {{granularity of 'variable' is not an integer constant}} expected-note {{write a constant expression}}
int variable[8];
#pragma millipage shared granularity(1.5) // expected-error {{granularity of 'real' is not an integer constant}} expected-note {{write a constant expression}}
int real[8];
#pragma millipage shared granularity(missing) // expected-error {{use of undeclared identifier 'missing'}}
int undeclared[8];
#pragma millipage shared granularity(GRAN) // expected-error {{granularity of 'split', 12 bytes, is no multiple of its innermost element, which has 8 bytes}} expected-note {{write a multiple of 8, or 'element'}}
double split[8];
#pragma millipage shared granularity(100) // expected-error {{granularity of 'body', 100 bytes, is no multiple of its innermost element, which has 24 bytes}} expected-note {{write a multiple of 24, or 'element'}}
struct { double x, y, z; } body[8];
#pragma millipage shared granularity(4) // expected-error {{granularity of 'scalar', 4 bytes, is no multiple of its innermost element, which has 8 bytes}} expected-note {{write a multiple of 8}}
double scalar;
#pragma millipage shared granularity(element, 0x7fffffffffffffff) // expected-error {{granularity of 'huge' is too large}} expected-note {{write 'whole'}}
double huge[8];
#pragma millipage shared granularity(element) // expected-error {{granularity of 'v' needs elements of a constant size, and 'void' has none}} expected-note {{write 'granularity(page)'}}
void *v;
struct opaque;
#pragma millipage shared granularity(element, 2) // expected-error {{granularity of 'o' needs elements of a constant size, and 'struct opaque' has none}} expected-note {{write 'granularity(page)'}}
struct opaque *o;
void vla(int m) {
#pragma millipage shared granularity(element) // expected-error {{granularity of 'rows' needs elements of a constant size}} expected-note {{write 'granularity(page)'}}
  double (*rows)[m];
#pragma millipage shared granularity(page)
  double (*pages)[m];
  (void)rows, (void)pages;
}
struct s {
#pragma millipage shared granularity(6) // expected-error {{granularity of 'member', 6 bytes, is no multiple of its innermost element, which has 4 bytes}} expected-note {{write a multiple of 4}}
  int *member;
};

// All of these can be met.
#pragma millipage shared granularity(ROW)
double a[10][20];
#pragma millipage shared granularity(sizeof(struct s) * (ROW / 4))
struct s b[100];
#pragma millipage shared granularity(element, sizeof(int))
int c[9];
#pragma millipage shared granularity(256)
int d[3];
#pragma millipage shared granularity(element)
double e;
#pragma millipage shared granularity(4096)
char f[100000];
#pragma millipage shared granularity(whole)
struct opaque *g;
#pragma millipage shared granularity(32)
extern double h[];

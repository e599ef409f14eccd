// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: %verify %s
// Pointers whose allocations are not contiguous.
typedef unsigned long size_t;
void *malloc(size_t);
void *realloc(void *, size_t);
void free(void *);
void *memset(void *, int, size_t);
struct body { double x; int id; };
void one(struct body *);
void each(
#pragma millipage shared granularity(element)
    struct body *all,
    int n);

#pragma millipage shared granularity(element) // expected-note + {{keep it contiguous}} expected-note + {{step with a subscript of 'bodies' instead}} expected-note + {{assign what malloc, calloc, realloc or aligned_alloc returns to 'bodies'}}
struct body *bodies;
#pragma millipage shared granularity(element) // expected-note {{keep it contiguous}}
struct body *others;
#pragma millipage shared granularity(element, 4) // expected-note {{keep it contiguous}}
struct body *chunks;
#pragma millipage shared
struct body *plain;

void legal(int n, int i) {
  bodies = malloc(n * sizeof *bodies);
  bodies = realloc(bodies, 2 * n * sizeof *bodies);
  if (!bodies || bodies == others)
    return;
  bodies[i].x = (bodies + i)->x + bodies->x + (*bodies).id + i[bodies].id;
  struct body *b = &bodies[i];
  one(b);
  one(&bodies[i]);
  each(bodies, n);
  others = bodies;
  bodies = 0;
  memset(bodies + i, 0, sizeof *bodies);
  plain = malloc(n * sizeof *plain);
  plain++;
  one(plain);
  free(others);
}

void illegal(int n, int i) {
  one(bodies);              // expected-error {{'bodies' is not contiguous and cannot be passed to 'one'}} expected-note {{pass 'bodies[i]', one element a call}}
  bodies++;                 // expected-error {{pointer 'bodies' cannot be moved: the geometry of 'bodies' counts from the start of its allocation}} expected-note {{use an index: 'bodies[i]'}}
  bodies += i;              // expected-error {{pointer 'bodies' cannot be moved}} expected-note {{use an index}}
  others = bodies + 1;      // expected-error {{pointer 'others' cannot be moved}} expected-note {{use an index: 'bodies[i]'}}
  each(bodies + i, n);      // expected-error {{pointer 'all' cannot be moved}} expected-note {{use an index}}
  struct body *b = bodies;  // expected-error {{'bodies' is not contiguous: its elements}} expected-note {{write a subscript}}
  i = &bodies[n] - bodies;  // expected-error {{elements of 'bodies' are not contiguous, so the difference}} expected-note {{use an index}}
  memset(bodies, 0, n * sizeof *bodies); // expected-error {{'bodies' is not contiguous and cannot be handled as a whole by 'memset'}} expected-note {{write a loop}}
  one((i ? bodies : others) + 1); // expected-error {{'bodies' is not contiguous and cannot be passed}} expected-error {{'others' is not contiguous and cannot be passed}} expected-note 2 {{one element a call}}
  (void)b;
}

struct body *xmalloc(size_t);
struct body local[4];
void unseen(int n, struct body *from) {
  bodies = xmalloc(n);      // expected-warning {{cannot tell that what 'bodies' receives here was allocated with its granularity}}
  bodies = from;            // expected-warning {{cannot tell that what 'bodies' receives}}
  bodies = n ? local : 0;   // expected-warning {{'bodies' receives the address of 'local', which is not shared with its granularity}}
  bodies = chunks;          // expected-warning {{'bodies' receives pointer 'chunks', whose granularity is another}} expected-error {{'chunks' is not contiguous: its elements}} expected-note {{write a subscript}}
  one(&bodies[0]);          // expected-warning {{this pointer into 'bodies' is good within one minipage (16 bytes) only}}
  struct body **p = &bodies; // expected-warning {{cannot tell that what 'bodies' receives}}
  from = realloc(bodies, n); // expected-warning {{the memory of 'bodies' is shared, but 'realloc' gives its result to a pointer without the same pragma}}
  (void)p;
}

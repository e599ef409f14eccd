// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: %verify %s
// A pragma in the prototype holds for the parameter of the definition.
struct body { double x; };
void flat(struct body *);
double sum(
#pragma millipage shared granularity(element) // expected-note {{keep it contiguous}}
    struct body *all,
    int n);
double sum(struct body *all, int n) {
  flat(all); // expected-error {{'all' is not contiguous and cannot be passed to 'flat'}} expected-note {{one element a call}}
  return all[n].x;
}

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: %verify %s
// The pragma line itself.
#pragma millipage // expected-error {{'#pragma millipage' needs a directive: 'shared' or 'private'}}
#pragma millipage share // expected-error {{unknown directive 'share' after '#pragma millipage'; it is 'shared' or 'private'}}
#pragma millipage shared grain(whole) // expected-error {{unknown clause 'grain' in '#pragma millipage'; the only clause is 'granularity'}}
#pragma millipage shared 42 // expected-error {{unexpected '42' in '#pragma millipage'}}
#pragma millipage shared granularity // expected-error {{expected '(' after 'granularity'}}
#pragma millipage shared granularity(whole // expected-error {{expected ')' in '#pragma millipage'}} expected-note {{to match this '('}}
#pragma millipage shared granularity() // expected-error {{'granularity' needs 'whole', 'page', 'element', 'element, K' or a number of bytes}}
#pragma millipage shared granularity(whole, 3) // expected-error {{granularity 'whole' takes no number}}
#pragma millipage shared granularity(element,) // expected-error {{expected the number of elements after 'element,'}}
#pragma millipage shared granularity(row, 8) // expected-error {{unknown granularity 'row'}} expected-note {{write 'whole', 'page'}}
#pragma millipage shared granularity(page) granularity(whole) // expected-error {{clause 'granularity' is given twice}} expected-note {{the first is here}}
#pragma millipage shared() // expected-error {{expected the name of a variable in the list of 'shared'}}
#pragma millipage shared(x y) // expected-error {{expected ')' in '#pragma millipage'}} expected-note {{to match this '('}}
#pragma millipage private 4 // expected-error {{unexpected '4' in '#pragma millipage'}}
#pragma millipage private(x) granularity(page) // expected-error {{'private' takes no clause}}
#pragma millipage shared(nobody) // expected-error {{no variable 'nobody' is declared here}} expected-note {{a pragma with a list stands after the declarations}}
void f(void);
#pragma millipage shared(f) // expected-error {{no variable 'f' is declared here}} expected-note {{stands after the declarations}}
#pragma millipage shared granularity(cell) // expected-error {{use of undeclared identifier 'cell'}}
int x;

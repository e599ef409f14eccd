// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: %verify %s
// What cannot be shared, and what to write instead.
#pragma millipage shared // expected-note {{remove '_Thread_local' or the pragma}}
_Thread_local int tls; // expected-error {{thread-local variable 'tls' cannot be shared}}
#pragma millipage shared // expected-note {{remove 'const' or the pragma}}
const int table[3] = {1, 2, 3}; // expected-error {{constant 'table' cannot be shared: every host has it already}}
#pragma millipage shared // expected-note {{remove the attribute or the pragma}}
__attribute__((section("mine"))) int placed; // expected-error {{'placed' cannot be shared: it has a section of its own}}
int target;
#pragma millipage shared // expected-note {{remove the attribute or the pragma}}
extern int alias __attribute__((alias("target"))); // expected-error {{'alias' cannot be shared: it is an alias}}
#pragma millipage shared // expected-note {{remove the attribute or the pragma}}
__attribute__((weak)) int feeble; // expected-error {{weak variable 'feeble' cannot be shared}}
#pragma millipage shared // expected-error {{'#pragma millipage shared' applies to variables and pointers; 'function' is neither}}
void function(void);
#pragma millipage shared // expected-error {{applies to variables and pointers; 'type' is neither}}
typedef int type;
struct s {
#pragma millipage shared // expected-note {{share the variable that contains it}}
  int member; // expected-error {{member 'member' cannot be shared on its own}}
#pragma millipage shared // expected-note {{share the variable that contains it}}
  unsigned bits : 3; // expected-error {{member 'bits' cannot be shared on its own}}
#pragma millipage shared
  int *fine;
};
void g(
#pragma millipage shared // expected-note {{share the variable that contains it}}
    int parameter) { // expected-error {{parameter 'parameter' cannot be shared}}
#pragma millipage shared // expected-note {{declare it 'static', at file scope, or as a pointer to allocated memory}}
  int automatic; // expected-error {{automatic variable 'automatic' cannot be shared}}
#pragma millipage shared // expected-note {{remove 'register' or the pragma}}
  register int *r; // expected-error {{register variable 'r' cannot be shared}}
#pragma millipage shared
  int *pointer;
#pragma millipage shared
  static int once;
  (void)automatic, (void)r, (void)pointer, (void)once;
}
#pragma millipage shared
int shared_target;
extern int hidden __attribute__((alias("shared_target"))); // expected-error {{'hidden' cannot be an alias of 'shared_target', which is shared}} expected-note {{remove the attribute or the pragma}}

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: %verify %s
// RUN: %verify=file -DFILE_SCOPE %s
// A pragma that no declaration follows.
#ifndef FILE_SCOPE
void f(void) {
  int n = 0;
#pragma millipage shared // expected-error {{'#pragma millipage shared' is not followed by the declaration of a variable}} expected-note {{name the variables: '#pragma millipage shared(x)'}}
  ;
  (void)n;
}
#else
#pragma millipage shared // file-error {{'#pragma millipage shared' is not followed by the declaration of a variable}} file-note {{put it directly before the declaration}} file-warning {{attribute 'millipage_shared' is ignored}}
struct s { int a; };
#endif

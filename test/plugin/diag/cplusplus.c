// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: %verify -x c++ %s
#pragma millipage shared // expected-error {{'#pragma millipage' is for C only}}
int x;

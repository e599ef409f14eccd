#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# --tag-output names the host before each line.
. "$(dirname "$0")/lib.sh"

run "$MILLIRUN" -n 2 --tag-output "$HOST" 'print=a %h\n\nb' round 'print=c\nend' \
    finish
expect_status 0
sort out >sorted
printf '[0] \n[0] a 0\n[0] bc\n[0] end[1] end' >zero_first
printf '[1] end[0] end' >one_first
grep -q '^\[0\] a 0$' out && grep -q '^\[1\] a 1$' out || fail "no tags"
grep -q '^\[1\] bc$' out || fail "a line was tagged in the middle"
[ "$(grep -c '^\[[01]\] $' out)" -eq 2 ] || fail "empty lines were due"
tail -n 1 out | grep -Eq '^\[(0\] end\[1|1\] end\[0)\] end$' ||
    fail "the unfinished lines are wrong"
run "$MILLIRUN" -n 2 --tag-output "$HOST" '1:errors=oh\n' finish
expect_err '[1] oh'

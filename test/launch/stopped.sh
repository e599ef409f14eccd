#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# A stopped host is not dead, and a stopped host can be ended.
. "$(dirname "$0")/lib.sh"

start "$MILLIRUN" -n 2 "$HOST" pid=. round 'print=%h in\n' "0:await=$PWD/go" \
    '0:print=went on\n' finish
read -r line <&4
read -r line <&4
kill -STOP "$(cat 1)"
: >go
read -r line <&4
[ "$line" = 'went on' ] || fail "host 0 did not go on"
kill -CONT "$(cat 1)"
finish
expect_status 0
expect_err ''

rm 0 1
start "$MILLIRUN" -n 2 "$HOST" pid=. round 'print=in\n' hang
read -r line <&4
read -r line <&4
kill -STOP "$(cat 1)"
kill -KILL "$(cat 0)"
finish
expect_status 137
expect_line 'host 0 .* was lost'

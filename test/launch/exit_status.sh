#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# The exit status is the highest of the hosts', whatever they run.
. "$(dirname "$0")/lib.sh"

run "$MILLIRUN" -n 4 "$HOST" finish
expect_status 0
expect_err ''
run "$MILLIRUN" -n 4 "$HOST" finish 1:exit=3 2:exit=7
expect_status 7
expect_err ''

# Programs that know nothing of us.
run "$MILLIRUN" true
expect_status 0
run "$MILLIRUN" -n 3 sh -c 'exit 4'
expect_status 4
run "$MILLIRUN" -n 3 sh -c 'kill -9 $$'
expect_status 137
expect_line 'host 0 (on localhost) was lost: killed by signal 9 (Killed)$'

# One may even fail while the others go on.
mkdir first
run "$MILLIRUN" -n 4 sh -c 'rmdir first 2>/dev/null && exit 5; echo on'
expect_status 5
expect_out 'on
on
on'

#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# A reader that stops reading stops output, and nothing else.
. "$(dirname "$0")/lib.sh"

# Host 1 fills every buffer and waits; host 0 still gets its cards through,
# and its loss is told.
start "$MILLIRUN" -n 2 "$HOST" round 1:fill=1000000 "0:await=$PWD/go" 0:kill=9 hang
read -r line <&4
: >go
status=0
wait "$job" || status=$?
expect_status 137
expect_line 'host 0 .* was lost'
expect_gone

# Rounds go on while output waits.
start "$MILLIRUN" -n 2 "$HOST" 0:fill=2000 round '1:errors=done\n' finish
while ! grep -q done err; do
    read -r line <&4 || break
done
finish
expect_status 0

# A reader that has gone away ends the job, quietly.
start "$MILLIRUN" -n 2 "$HOST" fill=1000000 finish
read -r line <&4
exec 4<&-
status=0
wait "$job" || status=$?
expect_status 141
expect_err ''
cat <&8
exec 8<&-

#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# A host that ends too early is named on one line, and the others end.
. "$(dirname "$0")/lib.sh"

lost() {
    start "$MILLIRUN" -n 4 "$@"
    begun=$(date +%s)
    finish
    [ $(($(date +%s) - begun)) -lt 5 ] || fail "$what: it took too long"
}

lost "$HOST" round 2:kill=9 hang
expect_status 137
expect_line '^millirun: host 2 (on localhost) was lost: killed by signal 9 (Killed)$'
lost "$HOST" round 2:exit=3 hang
expect_status 3
expect_line 'host 2 (on localhost) was lost: left without finishing (exit status 3)$'
lost "$HOST" round 2:exit=0 hang
expect_status 1
expect_line 'host 2 (on localhost) was lost: left without finishing (exit status 0)$'

# One that never spoke, while others wait for its card.
lost "$HOST" 1:exit=0 finish
expect_status 1
expect_line 'host 1 .* was lost: left without finishing'

# By a signal it is lost after the last round too.
lost "$HOST" finish 3:kill=11
expect_status 139
expect_line 'host 3 .* was lost: killed by signal 11 (Segmentation fault)$'

# The others may be deaf to SIGTERM.
lost "$HOST" ignore round 0:kill=9 hang
expect_status 137
expect_line 'host 0 .* was lost'

# What neighbours say of it does not hide the cause.
lost "$HOST" round 0:kill=9 '1:fatal=host 0 is silent' hang
expect_status 137
expect_line 'host 0 .* was lost: killed by signal 9'

# Words that are no frames.
lost "$HOST" 1:frame=99 hang
expect_status 1
expect_line 'host 1 .* was lost: it sent what is no frame'

#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# A program that cannot be run is one line.
. "$(dirname "$0")/lib.sh"

run "$MILLIRUN" -n 4 ./nothere
expect_status 127
expect_line '\./nothere: No such file or directory$'
run "$MILLIRUN" -n 4 nosuchprogram
expect_status 127
expect_line 'nosuchprogram: No such file'
echo text >text
run "$MILLIRUN" -n 4 ./text
expect_status 126
expect_line '\./text: Permission denied$'

#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# How a host may leave, and what becomes of the others and of the status.
. "$(dirname "$0")/common.sh"

expect_line() {
    grep -q "$1" "$scratch/out" || fail "no line with: $1"
}

for hosts in 1 2 4; do
    on $hosts leave return
    expect_status 0
    expect_line "^all read$"
    on $hosts leave abort
    expect_status 134
    expect_line "host $((hosts - 1)) .*lost: killed by signal 6"
    on $hosts leave unlock
    expect_status 70
    expect_line "host $((hosts - 1)): mpg_unlock(12345)"
    for way in free by-two other; do
        on $hosts leave $way
        expect_status 70
        expect_line "frees 0x.*, where no allocation begins (freed twice?)"
    done
    on $hosts leave grow
    expect_status 70
    expect_line "realloc of 0x.*, which lies .* where no allocation begins"
done
for hosts in 2 4; do
    on $hosts leave exit
    expect_status 7
    expect_line "^all read$"
    on $hosts leave twice
    expect_status 70
    expect_line "host $((hosts - 1)): .*barrier"
done
echo "25 ways to leave"

#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# planted.sh BUG [SHAPE]: the litmus test sees an outcome that must not be when
# the library has that protocol bug, and none with the same library without it.
. "$(dirname "$0")/../e2e/common.sh"
bug=$1
shift
on 4 litmus 2048 "$@"
expect_status 0
PLANTED=$bug
export PLANTED
# Rounds enough for a minute: it is to be seen much sooner.  A host may find out
# first that another one breaks the protocol, and ends the job; then again.
jobs=6
while [ $jobs -gt 0 ]; do
    on 4 litmus 200000 "$@"
    grep -q 'forbidden outcome' "$scratch/out" && break
    grep -q 'broke the protocol' "$scratch/out" || break
    jobs=$((jobs - 1))
done
grep 'forbidden outcome' "$scratch/out" ||
    fail "$bug: status $status, and no forbidden outcome"
[ $status -ne 0 ] || fail "$bug: a forbidden outcome, and status 0"

#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# What hosts take from each other is kept for a moment, and asked for to write
# when it will be written: each of the two leaves fewer faults, and both hardly
# any.
. "$(dirname "$0")/common.sh"

# How many faults there are depends on how long the hosts write at the same
# time, which is the scheduler's to say: without either there were 589 to 3,901
# in some sixty runs.  Hence the medians of several.
RUNS=5

# median NAME=VALUE...: of the faults of runs in that environment.
median() {
    for _ in $(seq $RUNS); do
        (
            for setting in "$@"; do export "${setting?}"; done
            on 2 share
            expect_status 0
            echo $(($(total read_faults) + $(total write_faults)))
        ) || exit 1
    done >"$scratch/faults" || fail "$(cat "$scratch/faults")"
    sort -n "$scratch/faults" | sed -n "$((RUNS / 2 + 1))p"
}

usual=$(median) || fail "$usual"
kept=$(median MILLIPAGE_MIGRATE=0) || fail "$kept"
neither=$(median MILLIPAGE_KEEP_US=0 MILLIPAGE_MIGRATE=0) || fail "$neither"
echo "$usual faults; without --migrate $kept, without --keep-us, too, $neither"
[ "$usual" -gt 0 ] || fail "nothing was counted"
[ $((2 * usual)) -lt "$neither" ] || fail "too many faults"
[ $((2 * kept)) -lt "$neither" ] || fail "too many faults without --migrate"

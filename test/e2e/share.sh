#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# What hosts take from each other is kept for a moment, and asked for to write
# when it will be written: each of the two leaves fewer faults, and both hardly
# any.
. "$(dirname "$0")/common.sh"

faults() {
    on 2 share
    expect_status 0
    echo $(($(total read_faults) + $(total write_faults)))
}

usual=$(faults)
kept=$(MILLIPAGE_MIGRATE=0 faults)
neither=$(MILLIPAGE_KEEP_US=0 MILLIPAGE_MIGRATE=0 faults)
echo "$usual faults; without --migrate $kept, without --keep-us, too, $neither"
[ "$usual" -gt 0 ] || fail "nothing was counted"
[ $((2 * usual)) -lt "$neither" ] || fail "too many faults"
[ $((2 * kept)) -lt "$neither" ] || fail "too many faults without --migrate"

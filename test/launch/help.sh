#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# --help, --help-env and --version speak of every option.
. "$(dirname "$0")/lib.sh"

run "$MILLIRUN" --help
expect_status 0
for option in -n -H --hostfile --rsh --stats --tag-output --memory --vm \
    --granularity --connect-ms --spin-us --info --help-env; do
    grep -q -- "^  $option" out || fail "$option has no help"
done
run "$MILLIRUN" --help-env
expect_status 0
grep -A2 '^MILLIPAGE_MEMORY (or --memory)$' out |
    grep -q 'size from 1M to 4T, default 64G; the same on all hosts' ||
    fail "no range or default"
run "$MILLIRUN" --version
expect_status 0
grep -Eq '^millirun \(Millipage\) [0-9]+\.[0-9]+\.[0-9]+$' out || fail "version"
if "$MILLIRUN" --help >/dev/full; then
    fail "help that nobody can read"
fi

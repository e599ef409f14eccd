#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# fuzz.sh FUZZER SEEDS RUNS: that many inputs from the same beginning each time.
# What the fuzzer finds worth keeping goes to a scratch folder.
set -u
found=$(mktemp -d)
trap 'rm -rf "$found"' EXIT
"$1" -seed=1 -runs="$3" -verbosity=0 -print_final_stats=1 \
    -report_slow_units=60 -artifact_prefix=./ "$found" "$2"

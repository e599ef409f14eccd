#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#   cancels.sh SCRATCH SOURCE
set -eu
scratch=$1
"$BIN/millicc" -fopenmp -O1 "$2" -o "$scratch.program"
run() {
    timeout 60 "$BIN/millirun" -n 2 --threads 1 "$scratch.program" 2>&1
}
[ "$(run)" = 700 ]
[ "$(OMP_CANCELLATION=false run)" = 700 ]
status=0
OMP_CANCELLATION=true run >"$scratch.said" || status=$?
[ $status -eq 70 ]
grep 'host 1: OMP_CANCELLATION=true, and the program cancels' "$scratch.said"
[ "$(wc -l <"$scratch.said")" -eq 1 ]

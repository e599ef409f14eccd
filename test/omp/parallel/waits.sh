#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# waits.sh SCRATCH SOURCE: what --explain says of time in regions; unless the
# program has the choice that it advises.
set -u
scratch=$1
advice='OMP_DYNAMIC=true lets the program find out'
"$BIN/millicc" -w -fopenmp -O2 "$2" -o "$scratch.program" || exit 1

explain() {
    OMP_DYNAMIC=$1 timeout 100 "$BIN/millirun" -n 2 --threads 1 \
        --explain="$scratch.text" "$scratch.program"
}

explain false || exit 1
if ! grep -q "^-> $advice" "$scratch.text"; then
    echo "it does not say that hosts wait: $(head -3 "$scratch.text")"
    exit 1
fi
explain true || exit 1
if grep -q "$advice" "$scratch.text"; then
    echo "it advises what was done"
    exit 1
fi

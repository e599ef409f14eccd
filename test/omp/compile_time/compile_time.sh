#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# compile_time.sh SCRATCH: a program of 10,000 lines compiles, and prints what
# it prints when gcc has compiled it.  What the plugin adds to it grows as the
# program does, not as its square: a program twice as long has at most 2.5 times
# as much code in LLVM's language.  (Seconds: scripts/compile-time.)
set -u
here=$(cd "$(dirname "$0")" && pwd)
scratch=$1
mkdir -p "$scratch"
cd "$scratch" || exit 1

fail() {
    echo "FAILED: $*"
    exit 1
}

for lines in 5000 10000; do
    "$here/generate.py" $lines >$lines.c || fail "generate.py $lines"
    for level in O0 O2; do
        "$BIN/millicc" -fopenmp -w -$level -S -emit-llvm $lines.c \
            -o $lines.$level.ll || fail "$lines lines, -$level"
    done
done
for level in O0 O2; do
    half=$(wc -c <5000.$level.ll)
    whole=$(wc -c <10000.$level.ll)
    echo "-$level: $half bytes for 5000 lines, $whole for 10000"
    [ "$half" -gt 500000 ] || fail "that is too little to be the program"
    [ $((whole * 2)) -le $((half * 5)) ] || fail "that grows faster"
done

SHAPES="1x2 2x1" "$here/../same.sh" "$scratch/program" 10000.c ||
    fail "it prints something else"
echo "$(wc -l <10000.c) lines"

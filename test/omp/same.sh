#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# One source, two compilers, the same output and status:
#
#   same.sh SCRATCH SOURCE...
#
# A source that gcc cannot compile, or gets wrong, says itself what it prints, in
# lines with "SAYS: ", and ends with status 0.
#
# $BIN has millicc and millirun; $SHAPES and $LEVELS choose among hosts x threads
# and optimisations.
set -u
scratch=$1
shift
shapes=${SHAPES:-1x1 1x2 2x1 2x2 4x1 4x2} # hosts x threads

sed -n 's/^.*SAYS: //p' "$1" >"$scratch.expected"
expected=0
if [ ! -s "$scratch.expected" ]; then
    gcc -w -fopenmp -O1 "$@" -o "$scratch.gcc" -lm || exit 1
    OMP_NUM_THREADS=4 timeout 60 "$scratch.gcc" >"$scratch.expected"
    expected=$?
fi
for level in ${LEVELS:-O0 O2}; do
    "$BIN/millicc" -w -fopenmp -$level -g "$@" -o "$scratch.$level" -lm ||
        exit 1
    for shape in $shapes; do
        timeout 100 "$BIN/millirun" -n "${shape%x*}" --threads "${shape#*x}" \
            "$scratch.$level" >"$scratch.got"
        status=$?
        if [ $status -ne $expected ]; then
            echo "-$level $shape: status $status, not $expected"
            exit 1
        fi
        if ! diff "$scratch.expected" "$scratch.got"; then
            echo "-$level $shape: it prints something else"
            exit 1
        fi
    done
done

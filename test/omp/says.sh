#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# For what gcc cannot compile, or gets wrong: the program prints what the
# source says behind "SAYS: ":
#
#   says.sh SCRATCH SOURCE [FLAG...]
#
# $BIN, $SHAPES and $LEVELS as in same.sh.
set -u
scratch=$1
source=$2
shift 2
shapes=${SHAPES:-1x1 1x2 2x1 2x2 4x1 4x2} # hosts x threads

sed -n 's/^.*SAYS: //p' "$source" >"$scratch.expected"
[ -s "$scratch.expected" ] || exit 1
for level in ${LEVELS:-O0 O2}; do
    "$BIN/millicc" -w -fopenmp -$level -g "$@" "$source" \
        -o "$scratch.$level" -lm || exit 1
    for shape in $shapes; do
        timeout 100 "$BIN/millirun" -n "${shape%x*}" --threads "${shape#*x}" \
            "$scratch.$level" >"$scratch.got"
        status=$?
        if [ $status -ne 0 ]; then
            echo "-$level $shape: status $status"
            exit 1
        fi
        if ! diff "$scratch.expected" "$scratch.got"; then
            echo "-$level $shape: it prints something else"
            exit 1
        fi
    done
done
